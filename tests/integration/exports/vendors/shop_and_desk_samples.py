"""Exports of shops and of support systems."""

import json
from collections.abc import Mapping

from tests.integration.exports.vendors.sample import Sample, table

# ---------------------------------------------------------------- shops


def _bulk_money(amount: str) -> dict[str, dict[str, str]]:
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}


def _bulk_order(
    n: int, status: str, goods: str, total: str, back: str = "0.0"
) -> dict[str, object]:
    return {
        "id": f"gid://shopify/Order/{n}",
        "createdAt": "2026-01-10T09:00:00Z",
        "cancelledAt": None,
        "displayFinancialStatus": status,
        "customer": {"id": f"gid://shopify/Customer/{n}"},
        "subtotalPriceSet": _bulk_money(goods),
        "totalPriceSet": _bulk_money(total),
        "totalRefundedSet": _bulk_money(back),
    }


def _bulk_line(order: int, n: int, price: str) -> dict[str, object]:
    return {
        "id": f"gid://shopify/LineItem/{order}{n}",
        "title": "Mug",
        "quantity": 1,
        "originalTotalSet": _bulk_money(price),
        "__parentId": f"gid://shopify/Order/{order}",
    }


BULK_QUERY = Sample(
    "the result of a bulk query: a discount of the whole order, a gift, a refund, an expired order (Shopify)",
    "shopify",
    {
        "orders.jsonl": "\n".join(
            json.dumps(one)
            for one in (
                _bulk_order(61, "PAID", "108.0", "113.0"),
                _bulk_line(61, 1, "60.0"),
                _bulk_line(61, 2, "60.0"),
                _bulk_order(62, "PAID", "0.0", "0.0"),
                _bulk_line(62, 1, "50.0"),
                _bulk_order(63, "PARTIALLY_REFUNDED", "90.0", "90.0", "30.0"),
                _bulk_line(63, 1, "90.0"),
                _bulk_order(64, "EXPIRED", "70.0", "70.0"),
                _bulk_line(64, 1, "70.0"),
            )
        )
    },
)

GRAPHQL_TABLES = Sample(
    "the tables of Fivetran's GraphQL connector (Shopify)",
    "shopify",
    {
        "order.csv": table(
            "id,_fivetran_synced,_fivetran_deleted,created_at,processed_at,cancelled_at,customer_id,display_financial_status,email,"
            "currency_code,presentment_currency_code,subtotal_price_set_shop_amount,subtotal_price_set_shop_currency_code,"
            "subtotal_price_set_pres_amount,total_price_set_shop_amount,total_discounts_set_shop_amount,updated_at",
            [
                "7101,2026-02-01,FALSE,2026-01-10,2026-01-10,,7001,PAID,x@x.example,EUR,USD,54.00,EUR,60.00,60.00,6.00,2026-01-10",
                "7102,2026-02-01,FALSE,2026-01-10,2026-01-10,,7002,PARTIALLY_REFUNDED,y@x.example,EUR,EUR,100.00,EUR,100.00,125.00,0,2026-01-12",
                "7103,2026-02-01,FALSE,2026-01-10,2026-01-10,,7003,PENDING,z@x.example,EUR,EUR,10.00,EUR,10.00,10.00,0,2026-01-10",
            ],
        ),
        "order_line.csv": table(
            "id,_fivetran_synced,order_id,product_id,title,name,vendor,quantity,original_total_set_shop_amount,"
            "original_total_set_shop_currency_code,original_total_set_pres_amount,total_discount_set_shop_amount",
            [
                "71,2026-02-01,7101,1,Mug,Mug,V,2,60.00,EUR,66.00,0",
                "72,2026-02-01,7102,1,Mug,Mug,V,1,110.00,EUR,110.00,10.00",
                "73,2026-02-01,7103,1,Mug,Mug,V,1,10.00,EUR,10.00,0",
            ],
        ),
        "transaction.csv": table(
            "id,_fivetran_synced,order_id,kind,status,amount_set_shop_amount,amount_set_pres_amount,created_at,processed_at",
            [
                "701,2026-02-01,7102,SALE,SUCCESS,125.00,125.00,2026-01-10,2026-01-10",
                "702,2026-02-01,7102,REFUND,SUCCESS,25.00,25.00,2026-01-12,2026-01-12",
                "703,2026-02-01,7102,REFUND,FAILURE,25.00,25.00,2026-01-12,2026-01-12",
            ],
        ),
    },
)

_ADMIN = (
    "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Phone,Cancelled at,Refunded Amount,Vendor,"
    "Outstanding Balance,Id,Lineitem discount"
)
OWED = Sample(
    "an order that is paid in part, one of a telephone number in two spellings, one that is only authorized (Shopify)",
    "shopify",
    {
        "orders_export.csv": table(
            _ADMIN,
            [
                "#8101,k@s.example,partially_paid,EUR,40.00,0,0,40.00,,0,2026-01-10,4,Mug,10.00,m,,,0.00,V,15.00,1,0.00",
                "#8102,,paid,EUR,10.00,0,0,10.00,,0,2026-01-10,1,Mug,10.00,m,'+49 170 123-4567,,0.00,V,0.00,2,0.00",
                "#8103,,paid,EUR,10.00,0,0,10.00,,0,2026-02-10,1,Mug,10.00,m,+491701234567,,0.00,V,0.00,3,0.00",
                "#8104,l@s.example,authorized,EUR,10.00,0,0,10.00,,0,2026-01-10,1,Mug,10.00,m,,,0.00,V,10.00,4,0.00",
            ],
        )
    },
)

SHOPS = (BULK_QUERY, GRAPHQL_TABLES, OWED)

# ---------------------------------------------------------------- support

ZENDESK_TABLES = Sample(
    "tags and comments in tables of their own, requesters known by their address alone (Zendesk by Fivetran)",
    "zendesk",
    {
        "ticket.csv": table(
            "id,_fivetran_synced,created_at,external_id,organization_id,priority,requester_id,status,type,updated_at,via_channel",
            [
                "501,2026-02-01,2026-01-10 09:00:00,SF-0001,,,801,solved,,2026-01-11 09:00:00,email",
                "502,2026-02-01,2026-01-10 09:00:00,,,,801,open,,2026-01-10 09:00:00,email",
            ],
        ),
        "user.csv": table(
            "id,_fivetran_synced,email,external_id,organization_id,role,updated_at",
            [
                "801,2026-02-01,CUS_SA1@x.example,,,end-user,2025-12-01",
                "802,2026-02-01,agent@us.example,,,agent,2025-12-01",
            ],
        ),
        "ticket_tag.csv": table(
            "tag,ticket_id,_fivetran_synced", ["complaint,501,2026-02-01", "vip,502,2026-02-01"]
        ),
        "ticket_comment.csv": table(
            "id,_fivetran_synced,body,created,facebook_comment,public,ticket_id,tweet,user_id,voice_comment",
            [
                "1,2026-02-01,it broke,2026-01-10 09:00:00,FALSE,TRUE,501,FALSE,801,FALSE",
                "2,2026-02-01,who knows?,2026-01-10 09:10:00,FALSE,FALSE,501,FALSE,802,FALSE",
                "3,2026-02-01,hello?,2026-01-10 09:20:00,FALSE,TRUE,501,FALSE,801,FALSE",
                "4,2026-02-01,mended,2026-01-10 10:30:00,FALSE,TRUE,501,FALSE,802,FALSE",
            ],
        ),
    },
    source="support",
)

INTERCOM_TABLES = Sample(
    "the company of a contact and the parts of a conversation in tables of their own (Intercom by Fivetran)",
    "intercom",
    {
        "conversation_history.csv": table(
            "id,updated_at,_fivetran_synced,_fivetran_active,created_at,source_author_id,source_delivered_as,source_type,state,"
            "conversation_rating_value,conversation_rating_created_at,conversation_rating_remark",
            [
                "601,2026-01-11,2026-02-01,TRUE,2026-01-10 09:00:00,u601,customer_initiated,email,closed,,,",
                "602,2026-01-11,2026-02-01,TRUE,2026-01-10 09:00:00,u602,customer_initiated,email,closed,,,",
            ],
        ),
        "contact_history.csv": table(
            "id,updated_at,_fivetran_synced,_fivetran_active,external_id,email",
            [
                "u601,2026-01-01,2026-02-01,TRUE,,a@y.example",
                "u602,2026-01-01,2026-02-01,TRUE,,b@y.example",
            ],
        ),
        "contact_company_history.csv": table(
            "company_id,contact_id,contact_updated_at,_fivetran_synced,_fivetran_active",
            [
                "co1,u601,2026-01-05,2026-02-01,true",
                "co1,u602,2026-01-05,2026-02-01,false",
                "co2,u602,2026-01-06,2026-02-01,true",
            ],
        ),
        "company_history.csv": table(
            "id,updated_at,_fivetran_synced,company_id,name",
            ["co1,2026-01-05,2026-02-01,se1,E", "co2,2026-01-05,2026-02-01,sf1,F"],
        ),
        "conversation_tag_history.csv": table(
            "tag_id,conversation_id,conversation_updated_at,_fivetran_synced,_fivetran_active",
            ["51,601,2026-01-11,2026-02-01,false", "51,602,2026-01-11,2026-02-01,true"],
        ),
        "tag.csv": table("id,_fivetran_synced,name", ["51,2026-02-01,Complaint"]),
        "conversation_part_history.csv": table(
            "id,updated_at,_fivetran_synced,author_id,author_type,conversation_id,created_at,part_type",
            [
                "p1,2026-01-10 09:05:00,2026-02-01,a1,bot,601,2026-01-10 09:05:00,comment",
                "p2,2026-01-10 09:06:00,2026-02-01,a2,admin,601,2026-01-10 09:06:00,note",
                "p3,2026-01-10 09:30:00,2026-02-01,a2,admin,601,2026-01-10 09:30:00,comment",
                "p4,2026-01-10 09:40:00,2026-02-01,u602,user,602,2026-01-10 09:40:00,comment",
            ],
        ),
    },
    source="support",
)


def _wrapped(*records: Mapping[str, object]) -> str:
    return "\n".join(
        json.dumps({"_airbyte_extracted_at": 1772323200000, "_airbyte_data": record})
        for record in records
    )


def _ticket(number: int, organization: int, score: str) -> dict[str, object]:
    return {
        "id": number,
        "external_id": f"JIRA-{number}",
        "organization_id": organization,
        "requester_id": 7,
        "created_at": "2026-01-10T09:00:00Z",
        "updated_at": "2026-01-11T09:00:00Z",
        "status": "solved",
        "via": {"channel": "email"},
        "tags": ["complaint"] if score == "bad" else [],
        "satisfaction_rating": {"score": score},
    }


ZENDESK_BY_AIRBYTE = Sample(
    "a rating that stands inside its ticket without an id, and in a record of its own (Zendesk by Airbyte)",
    "zendesk",
    {
        "tickets.jsonl": _wrapped(_ticket(701, 71, "good"), _ticket(702, 72, "bad")),
        "organizations.jsonl": _wrapped(
            {"id": 71, "external_id": "se1", "name": "E", "updated_at": "2026-01-01T00:00:00Z"},
            {"id": 72, "external_id": "sf1", "name": "F", "updated_at": "2026-01-01T00:00:00Z"},
        ),
        "satisfaction_ratings.jsonl": _wrapped(
            {"id": 9, "ticket_id": 701, "score": "good", "created_at": "2026-01-12T09:00:00Z"}
        ),
    },
    source="support",
)


def _conversation(number: int, contact: str, mark: int, *tags: str) -> dict[str, object]:
    return {
        "id": str(number),
        "created_at": 1768035600,
        "updated_at": 1768122000,
        "state": "closed",
        "source": {"type": "email", "author": {"id": contact, "type": "user"}},
        "contacts": [{"id": contact, "type": "contact"}],
        "tags": {"type": "tag.list", "tags": [{"id": "1", "type": "tag", "name": t} for t in tags]},
        "conversation_rating": {"rating": mark, "created_at": 1768122000},
    }


INTERCOM_BY_AIRBYTE = Sample(
    "contacts that are known by their company alone, tags that are objects (Intercom by Airbyte)",
    "intercom",
    {
        "conversations.jsonl": _wrapped(
            _conversation(711, "ct1", 5, "VIP", "Complaint"), _conversation(712, "ct2", 1)
        ),
        "contacts.jsonl": _wrapped(
            *(
                {
                    "id": contact,
                    "external_id": None,
                    "email": f"{contact}@w.example",
                    "updated_at": 1767225600,
                    "companies": {"data": [{"id": company, "type": "company"}]},
                }
                for contact, company in (("ct1", "cy1"), ("ct2", "cy2"))
            )
        ),
        "companies.jsonl": _wrapped(
            {"id": "cy1", "company_id": "se1", "name": "E", "updated_at": 1767225600},
            {"id": "cy2", "company_id": "sf1", "name": "F", "updated_at": 1767225600},
        ),
    },
    source="support",
)
DESKS = (ZENDESK_TABLES, INTERCOM_TABLES, ZENDESK_BY_AIRBYTE, INTERCOM_BY_AIRBYTE)
