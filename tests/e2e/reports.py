"""Documents and a cluster whose reports the tests read. `--live` throughout: what such files can hold is
worse than what PVE lets in."""

import harness

HOSTILE = [
    "\x1b[31mred\x1b[0m\x07\x9b2J",
    "[click](https://evil.example) ![x](https://evil.example/x.png) <https://evil.example>",
    "<script>alert(1)</script> <!-- --> <img src=x onerror=alert(1)>",
    "::set-output name=x::y",
    "##[set-env name=x]y ##vso[task.setvariable]",
    "one\n::error::two\n# three\r::four",
    "` `` ``` ~~~ *b* _i_ | `x` @here",
    "</details></summary>``` @here #1 https://evil.example www.evil.example mail@evil.example",
    "quote \" and ' and back\\slash \\n {}, % , %0A",
    "]]> &amp; &#x0; <![CDATA[",
    "x\u202egro.live\u2066 a\u200bb\ufeffc\u2028d\u00ade",
    "\ufffe\uffff\u202e\u00a0::set-output name=nbsp::y",
]

DOCUMENT = """version: 1
cluster: { name: "%s" }
manage: { users: { prune: ["svc-*@pve"] }, tokens: { prune: ["*@pve!*"] } }
users:
  ann@pve:
    comment: declared
    acl: [{ path: /vms, role: PVEVMUser }]
    tokens:
      ci: { expire: 2035-01-01, acl: same_as_user }
      forever: { expire: never, acl: same_as_user }
  new@pve: { comment: "::warning::from the document" }
%spolicy: { rules: { token-without-expiry: %s } }
assertions:
  - { principal: ann@pve, path: /vms/100, allows: [VM.Audit] }
  - { principal: ann@pve, path: /vms/100, %s: [VM.PowerMgmt] }
"""


def document(cluster="e2e", severity="warning", claim="allows", count=0):
    """With so many users who have another comment than the cluster's."""
    users = "".join(f"  u{number}@pve: {{ comment: declared }}\n" for number in range(count))
    return DOCUMENT % (cluster, users, severity, claim)


def user_cfg(texts):
    """A cluster with two users, a token and a group for each text, which is their comment; one of
    the users is declared, the other to be pruned."""
    def encoded(text):
        return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))

    lines = ["user:root@pam:1:0::::::", "user:ann@pve:1:0::::changed::",
             "token:ann@pve!ci:2051222400:1::", "token:ann@pve!forever:0:1::"]
    for number, text in enumerate(texts):
        lines.append(f"user:svc-{number}@pve:1:0:{encoded(text)}:::{encoded(text)}::")
        lines.append(f"user:u{number}@pve:1:0:{encoded(text)}:::{encoded(text)}::")
        lines.append(f"token:svc-{number}@pve!tt:0:0:{encoded(text)}:")
        lines.append(f"group:g{number}:svc-{number}@pve:{encoded(text)}:")
    lines += ["", "acl:1:/vms:ann@pve:PVEVMUser:", "acl:1:/vms:ann@pve!ci:PVEVMUser:",
              "acl:1:/vms:ann@pve!forever:PVEVMUser:", "acl:1:/:svc-0@pve:Administrator:"]
    return "\n".join(lines) + "\n"


class Reports(harness.EndToEnd):
    FORMS = {"json": "r.json", "markdown": "r.md", "junit": "r.xml", "sarif": "r.sarif",
             "prometheus": "r.prom", "gitlab-codequality": "r.gl.json", "text": "r.txt"}

    APPLY_TOKEN = (
        "version: 1\nusers: { new@pve: { tokens: { ci: { expire: 2035-01-01 } } } }\n"
        "secrets: { command: { run: [sh, -c, \"%s\"] } }\n"
    )

    def report(self, command, *, texts=HOSTILE, forms=None, environment=None, arguments=(), **said):
        self.write("pveform.yaml", document(count=len(texts), **said))
        self.write("user.cfg", user_cfg(texts))
        forms = self.FORMS if forms is None else forms
        outputs = [part for form, name in forms.items() for part in ("--output", f"{form}={name}")]
        return self.pveform(command, "--live", "user.cfg", *outputs, *arguments,
                            environment=environment)

    def text_of(self, form):
        return (self.folder / self.FORMS[form]).read_bytes().decode("utf-8")

    def commands(self):
        return [("plan", ("--allow-destroy", "1")), ("drift", ())]
