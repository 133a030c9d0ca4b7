// SPDX-License-Identifier: MIT
#include "fetch/response.h"

void response_fini(struct response *r)
{
    head_fini(&r->head);
    *r = (struct response){ 0 };
}
