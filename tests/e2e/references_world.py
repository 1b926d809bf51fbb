# SPDX-License-Identifier: Apache-2.0
"""Worlds with companies and other things that persons refer to: what the tests of them share."""

from harness import DIALECT, SIDES, Case
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@one.test"]}
COLLECTIONS = ("/tags", "/segments", "/organizations", "/users", "/companies/records",
               "/workspace_members", "/company")


class References(Case):
    """Companies are known by one letter here: "A" is A Ltd at a.test, on either side."""

    def company(self, world, side, name, domain=None):
        if side == "people":
            made = {"title": name} | ({"website": f"https://www.{domain}/"} if domain else {})
            return world.box.post("create", side=side, object="organizations", set=made)["id"]
        made = {"name": name}
        if domain:
            made |= {"domains": [domain]} if DIALECT == "values" else {"domain": domain}
        company = world.box.post("create", side=side, object="companies", set=made)["id"]
        if DIALECT == "attributes":  # the API shows no company that nobody has
            self.holders = getattr(self, "holders", 0) + 1
            world.create(side, name=Name("Holder", "", str(self.holders)),
                         emails=[f"holder{self.holders}@three.test"],
                         raw=self.employed(side, company))
        return company

    def both(self, world, name, domain=None):
        return {side: self.company(world, side, name, domain) for side in SIDES}

    @staticmethod
    def employed(side, *companies):
        """The body of somebody who is with these companies."""
        if side == "people":
            return {"organizations": [f"/organizations/{company}" for company in companies]}
        [company] = companies or [None]
        if DIALECT == "attributes":
            return {"company": {"record_id": company} if company else None}
        return {"company": [{"target_object": "companies", "target_record_id": company}]
                if company else []}

    def employers(self, world, side, person):
        """The ids of somebody's companies."""
        [one] = [one for one in world.box.dump(side)
                 if (one["id"]["record_id"] if side == "records" and DIALECT == "values" else
                     one["id"]) == person]
        if side == "people":
            return [iri.rsplit("/", 1)[-1] for iri in one.get("organizations", [])]
        if DIALECT == "attributes":
            company = one["attributes"].get("company")
            return [company["record_id"]] if company else []
        return [value["target_record_id"] for value in one["values"]["company"]]

    def open_linked(self, *options, **overrides):
        """Ada on both sides, with nobody."""
        world = self.open(*options, **overrides)
        return world, world.create_both(**ADA)

    def assert_with(self, world, ids, company):
        for side in SIDES:
            self.assertEqual(self.employers(world, side, ids[side]),
                             [company[side]] if company else [], side)

    def asked(self, world):
        """The requests for collections since clear_log()."""
        return [request["target"] for request in world.box.log()
                if request["target"].split("?")[0].endswith(COLLECTIONS) or
                "/companies/records" in request["target"] or
                "attributes=company" in request["target"]]

    def expire(self, world, seconds=3600):
        """As if all that is kept of collections were older."""
        world.change_state(f"UPDATE collection SET read_at = read_at - {seconds} * 1000000000")

    def warned(self, world, words):
        return words in world.runs[-1][3].decode()
