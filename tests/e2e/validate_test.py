"""`validate --format json`: one object, whatever is wrong."""

import harness

VALID = """version: 1
cluster: { name: e2e }
users:
  svc@pve:
    acl: [{ path: /vms, role: PVEVMUser }]
    tokens:
      ci: { expire: never, acl: same_as_user }
assertions: [{ principal: svc@pve, path: /vms/100, denies: [VM.PowerMgmt] }]
"""


class ValidateJson(harness.EndToEnd):
    def validate(self, text, *arguments):
        self.write("pveform.yaml", text)
        run = self.pveform("validate", "--format", "json", *arguments)
        self.assertEqual(run.err, "")
        return run.code, run.json

    def test_a_valid_document(self):
        code, found = self.validate(VALID)
        self.assertEqual((code, found["ok"], found["errors"]), (0, True, []))
        self.assertEqual(found["declared"], {"users": 1, "groups": 0, "roles": 0})
        self.assertEqual([f["rule"] for f in found["findings"]], ["token-without-expiry"])
        self.assertEqual(found["findings"][0]["source"], {"file": "pveform.yaml", "line": 7, "column": 21})
        self.assertEqual((found["assertions"], found["untested_assertions"]), ([], 1))

    def test_every_mistake_with_its_place_and_fix(self):
        code, found = self.validate("version: 1\nusrs: {}\nusers:\n  a@pve: { expire: tomorrow }\n")
        self.assertEqual((code, found["ok"]), (3, False))
        first, second = found["errors"]
        self.assertEqual(first["message"], "unknown key `usrs`")
        self.assertEqual(first["help"], "did you mean `users`?")
        self.assertEqual(first["source"], {"file": "pveform.yaml", "line": 2, "column": 1})
        self.assertEqual((second["source"]["line"], second["source"]["column"]), (4, 20))

    def test_a_secret_in_a_document_is_never_shown(self):
        secret = "S3cr3t-pass"
        documents = {
            f"initial_password: {secret}": "a password must not stand in a document",
            f"initial_password:\n      {secret}": "a password must not stand in a document",
            f"initial_password: |\n      {secret}": "a password must not stand in a document",
            f"initial_password: *{secret}": "a password must not stand in a document",
            f"initial_password: @{secret}": "a password must not stand in a document",
            f"initial_password: \"x\" {secret}": "a password must not stand in a document",
            f"initial_password: \"{secret}": "this quote is never closed",
            f"initial_password: !{secret} x": "a password must not stand in a document",
            f"initial_password: [{secret}]": "must be a map, not a list",
            f"password: {secret}": "a password must not stand in a document",
            f"tokens: {{ ci: {{ secret: {secret}, enabeld: 1 }} }}": "`secret`: a secret must not stand",
            f"token: {secret}": "`token`: a secret must not stand in a document",
        }
        for text, says in documents.items():
            with self.subTest(text):
                document = f"version: 1\nusers:\n  a@pve:\n    {text}\n"
                code, found = self.validate(document)
                self.assertEqual(code, 3)
                self.assertIn(says, str(found["errors"]))
                self.assertNotIn(secret, str(found))
                run = self.pveform("validate")
                self.assert_says(run, says)
                self.assertNotIn(secret, run.out + run.err)

    def test_both_places_of_a_contradiction(self):
        code, found = self.validate("version: 1\nusers: { a@pve: {} }\nabsent: { users: [a@pve] }\n")
        self.assertEqual(code, 3)
        lines = {found["errors"][0]["source"]["line"]} | {
            place["source"]["line"] for place in found["errors"][0]["related"]
        }
        self.assertEqual(lines, {2, 3})

    def test_a_document_that_is_not_there(self):
        code, found = self.validate(VALID, "-f", "nowhere.yaml")
        self.assertEqual((code, found["ok"]), (3, False))
        self.assertIn("nowhere.yaml", found["errors"][0]["message"])

    def test_a_file_that_is_no_yaml_hides_no_other_mistakes(self):
        self.write("access/a.yaml", "version: 1\nprofiles: { p: {}\n")
        self.write("access/b.yaml", "users:\n  a@pve: { profile: p, comment: 7 }\n")
        code, found = self.validate(VALID, "-f", "access")
        self.assertEqual(code, 3)
        self.assertEqual([error["source"]["file"] for error in found["errors"]],
                         ["access/a.yaml", "access/b.yaml"])
        self.assertIn("`comment` must be a string", found["errors"][1]["message"])

    def test_against_a_state(self):
        code, found = self.validate(VALID, "--live", harness.SEED / "user.cfg", "--release", "9.2")
        self.assertEqual((code, found["ok"]), (4, False))
        self.assertEqual([a["outcome"] for a in found["assertions"]], ["fails"])
        self.assertEqual(found["untested_assertions"], 0)
        self.assertIn("1 of 1 assertion would not hold", [e["message"] for e in found["errors"]])

    def test_text_stays_text(self):
        self.write("pveform.yaml", VALID)
        run = self.pveform("validate")
        self.assert_code(run, 0)
        self.assert_says(run, "Valid: 1 user", "1 assertion not tested")


if __name__ == "__main__":
    harness.main()
