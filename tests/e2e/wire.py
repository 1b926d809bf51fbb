# SPDX-License-Identifier: Apache-2.0
"""How each dialect spells a person: from the words of the tests and back.

The words: name (a Name), emails, phones, job, linkedin (the handle), tags (titles), city.
What a person lacks is None or an empty list.
"""

import re
from typing import NamedTuple


class Name(NamedTuple):
    given: str = ""
    additional: str = ""
    family: str = ""
    prefix: str = ""

    def last(self):
        return " ".join(part for part in (self.additional, self.family) if part)

    def full(self):
        parts = (self.prefix, self.given, self.additional, self.family)
        return " ".join(part for part in parts if part)


RECORDS_FIELDS = {
    "values": {"name": "name", "emails": "email_addresses", "phones": "phone_numbers",
               "job": "job_title", "linkedin": "linkedin", "tags": "tags",
               "city": "primary_location"},
    "attributes": {"name": "name", "emails": "email", "phones": "phone", "job": "job_title",
                   "linkedin": "linkedin_url", "tags": "tags"},
}
PEOPLE_FIELDS = {"emails": "emailAddresses", "phones": "phoneNumbers", "job": "jobTitle",
                 "linkedin": "linkedinId", "tags": "tags", "city": "address"}
LISTS = ("email_addresses", "phone_numbers", "tags")
NAME_PROPERTIES = ("givenName", "additionalName", "familyName", "honorificPrefix")
LOCATION = ("line_1", "line_2", "line_3", "line_4", "locality", "region", "postcode",
            "country_code", "latitude", "longitude")


def linkedin_url(handle):
    return handle if "/" in handle else "https://linkedin.com/in/" + handle


def linkedin_handle(url):
    match = re.search(r"linkedin\.com/in/([^/?#]+)", url or "", re.IGNORECASE)
    return match.group(1).lower() if match else (url or "").lower() or None


def _values(word, value):
    if value is None:
        return []
    if word == "name" and isinstance(value, Name):
        return [{"first_name": value.given, "last_name": value.last(), "full_name": value.full()}]
    if word == "phones":
        return [phone if isinstance(phone, dict) else {"original_phone_number": phone}
                for phone in value]
    if word == "linkedin":
        return linkedin_url(value)
    if word == "city":
        return [dict.fromkeys(LOCATION) | {"locality": value, "country_code": "NL"}]
    return value


def _attributes(word, value):
    if word == "name" and isinstance(value, Name):
        return value.full()
    if word in ("emails", "phones"):
        return value[0] if value else None
    if word == "linkedin" and value is not None:
        return linkedin_url(value)
    return value


def records_body(dialect, words):
    """What a write to the records side holds of these words."""
    spell = _values if dialect == "values" else _attributes
    names = RECORDS_FIELDS[dialect]
    return {names[word]: spell(word, value) for word, value in words.items()}


def people_body(words, tags):
    """What a write to the people side holds; tags: title -> IRI."""
    body = {}
    for word, value in words.items():
        if word == "name":
            body |= {"givenName": value.given or None, "additionalName": value.additional or None,
                     "familyName": value.family, "honorificPrefix": value.prefix or None}
        elif word == "emails":
            body["emailAddresses"] = [{"email": email} for email in value]
        elif word == "phones":
            body["phoneNumbers"] = [phone if isinstance(phone, dict) else {"phoneNumber": phone}
                                    for phone in value]
        elif word == "tags":
            body["tags"] = [tags[title] for title in value]
        elif word == "city":
            body["address"] = {"city": value, "country": "NL"} if value else None
        else:
            body[PEOPLE_FIELDS[word]] = value
    return body


def _only(values, key="value"):
    return values[0].get(key) if values else None


def _view_values(record):
    values = record["values"]
    name = (values.get("name") or [{}])[0]
    return {
        "id": record["id"]["record_id"],
        "first": name.get("first_name", ""), "last": name.get("last_name", ""),
        "full": name.get("full_name", ""),
        "emails": [value["email_address"] for value in values["email_addresses"]],
        "phones": [value["phone_number"] for value in values["phone_numbers"]],
        "job": _only(values["job_title"]),
        "linkedin": linkedin_handle(_only(values["linkedin"])),
        "tags": sorted(value["option"]["title"] for value in values.get("tags", [])),
        "city": _only(values["primary_location"], "locality"),
    }


def _view_attributes(record):
    values = record["attributes"]
    return {
        "id": record["id"],
        "full": values.get("name") or "",
        "emails": [values["email"]] if values.get("email") else [],
        "phones": [values["phone"]] if values.get("phone") else [],
        "job": values.get("job_title"),
        "linkedin": linkedin_handle(values.get("linkedin_url")),
        "tags": sorted(values.get("tags") or []),
    }


def view_record(dialect, record):
    return _view_values(record) if dialect == "values" else _view_attributes(record)


def view_person(person, tags):
    """tags: IRI -> title."""
    parts = {name: person.get(name) or "" for name in NAME_PROPERTIES}
    name = Name(parts["givenName"], parts["additionalName"], parts["familyName"],
                parts["honorificPrefix"])
    return {
        "id": person["id"], "name": name, "full": name.full(),
        "emails": [item["email"].strip().lower() for item in person["emailAddresses"]],
        "phones": [item["phoneNumber"] for item in person["phoneNumbers"]],
        "job": person.get("jobTitle"),
        "linkedin": linkedin_handle(person.get("linkedinId")),
        "tags": sorted(tags[iri] for iri in person["tags"]),
        "city": (person.get("address") or {}).get("city"),
        "raw": person,
    }


def same_person(dialect, view):
    """What both sides must hold alike, of either side's view."""
    several = dialect == "values"
    shared = (view["full"], tuple(sorted(view["emails"]) if several else view["emails"][:1]),
              tuple(sorted(view["phones"]) if several else view["phones"][:1]),
              view["job"] or "", view["linkedin"] or "")
    return (*shared, view["city"] or "") if several else (*shared, *view["tags"])


def is_write(request):
    """Neither a reading nor a query, which reads by POST."""
    path = request["target"].split("?")[0]
    return request["method"] != "GET" and not (
        request["side"] == "records" and request["method"] == "POST" and path.endswith("/query"))


class Change(NamedTuple):
    """One person's part of a write.  id: None for a create."""
    side: str
    method: str
    id: str
    fields: dict


def _records_changes(dialect, request, path):
    body = request["body"]
    name = path.rsplit("/", 1)[-1]
    if dialect == "values":
        fields = body["data"]["values"] if isinstance(body, dict) else {}
        return [Change("records", request["method"], None if name == "records" else name, fields)]
    if name == "batch":
        return [Change("records", request["method"], item.get("id"), item["attributes"])
                for item in body["records"]]
    fields = body["attributes"] if isinstance(body, dict) else {}
    return [Change("records", request["method"], None if name == "records" else name, fields)]


def changes_of(dialect, request):
    """The changes that one write carries; a batch carries several."""
    path = request["target"].split("?")[0]
    if request["side"] == "records":
        return _records_changes(dialect, request, path)
    name = path.rsplit("/", 1)[-1]
    body = request["body"] if isinstance(request["body"], dict) else {}
    return [Change("people", request["method"], None if name == "people" else name, body)]
