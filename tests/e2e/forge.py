"""A forge that is not there: as much of the APIs of GitHub, Forgejo and GitLab as the scripts of
examples/ci use, in memory, on 127.0.0.1."""

import io
import json
import re
import threading
import urllib.parse
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "forge-token-that-is-not-real"
PAGE = 2 # so that what is looked for is on a later page sooner or later


class Forge:
    """`comments` {pull request: [{id, body}]}, `issues` [{number, title, body, state}] and `plans`
    {(name, commit): bytes} are what it holds."""

    def __init__(self, kind):
        self.kind = kind
        self.comments = {}
        self.issues = []
        self.plans = {}
        self.merged = {}  # commit → (pull request, the commit that was reviewed)
        self.of_forks = set() # commits
        self.requests = []
        self.refusals = 0 # of requests with the wrong token
        self.next_id = 100
        forge = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                code, payload = forge.handle(self.command, self.path, self.headers, body)
                if not isinstance(payload, bytes):
                    payload = json.dumps(payload).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)

    @property
    def environment(self):
        below = {"github": "", "forgejo": "/api/v1", "gitlab": "/api/v4"}[self.kind]
        return {
            "FORGE": self.kind,
            "FORGE_API": f"http://127.0.0.1:{self.server.server_address[1]}{below}",
            "FORGE_REPOSITORY": "42" if self.kind == "gitlab" else "team/access",
            "FORGE_TOKEN": TOKEN,
        }

    def open_issues(self):
        return [issue for issue in self.issues if issue["state"] == "open"]

    # What comes in.

    def handle(self, method, path, headers, body):
        url = urllib.parse.urlsplit(path)
        self.requests.append(f"{method} {path}")
        given = headers.get("PRIVATE-TOKEN") or (headers.get("Authorization") or "").split(" ")[-1]
        if given != TOKEN:
            self.refusals += 1
            return 401, {"message": "who are you?"}
        query = dict(urllib.parse.parse_qsl(url.query))
        below = url.path
        for root in ("/api/v1", "/api/v4", "/repos/team/access", "/projects/42"):
            below = below.removeprefix(root)
        route = f"{method} {below}"
        for pattern, action in self.routes():
            if match := re.fullmatch(pattern, route):
                data = body
                if headers.get("Content-Type") == "application/json":
                    data = json.loads(body)
                return action(query, data, *match.groups())
        return 404, {"message": f"no such route: {route}"}

    def routes(self):
        if self.kind == "gitlab":
            return [
                (r"GET /merge_requests/(\d+)/notes", self.list_comments),
                (r"POST /merge_requests/(\d+)/notes", self.add_comment),
                (r"PUT /merge_requests/\d+/notes/(\d+)", self.edit_comment),
                (r"GET /issues", self.list_issues),
                (r"POST /issues", self.add_issue),
                (r"PUT /issues/(\d+)", self.edit_issue),
                (r"POST /issues/(\d+)/notes", self.add_comment),
                (r"GET /repository/commits/(\w+)/merge_requests", self.pulls_of_commit),
                (r"GET /jobs/artifacts/refs%2Fmerge-requests%2F(\d+)%2Fhead/raw/([\w-]+)/plan.json",
                 self.raw_artifact),
            ]
        routes = [
            (r"GET /issues/(\d+)/comments", self.list_comments),
            (r"POST /issues/(\d+)/comments", self.add_comment),
            (r"PATCH /issues/comments/(\d+)", self.edit_comment),
            (r"GET /issues", self.list_issues),
            (r"POST /issues", self.add_issue),
            (r"PATCH /issues/(\d+)", self.edit_issue),
        ]
        if self.kind == "github":
            return routes + [
                (r"GET /commits/(\w+)/pulls", self.pulls_of_commit),
                (r"GET /actions/artifacts", self.list_artifacts),
                (r"GET /actions/artifacts/(\d+)/zip", self.zipped_artifact),
            ]
        return routes + [
            (r"GET /commits/(\w+)/pull", self.pull_of_commit),
            (r"PUT /api/packages/team/generic/pveform-plan/(\w+)/([\w-]+).json", self.put_package),
            (r"GET /api/packages/team/generic/pveform-plan/(\w+)/([\w-]+).json", self.get_package),
            (r"DELETE /api/packages/team/generic/pveform-plan/(\w+)/([\w-]+).json",
             self.delete_package),
        ]

    def page(self, query, things):
        start = (int(query.get("page", 1)) - 1) * PAGE
        return 200, things[start:start + PAGE]

    def list_comments(self, query, _, number):
        return self.page(query, self.comments.get(int(number), []))

    def add_comment(self, _, data, number):
        self.next_id += 1
        self.comments.setdefault(int(number), []).append({"id": self.next_id, "body": data["body"]})
        return 201, {"id": self.next_id}

    def edit_comment(self, _, data, number):
        for comments in self.comments.values():
            for comment in comments:
                if comment["id"] == int(number):
                    comment["body"] = data["body"]
                    return 200, comment
        return 404, {"message": "no such comment"}

    def shown(self, issue):
        if self.kind == "gitlab":
            return {"id": issue["number"] + 9000, "iid": issue["number"], "title": issue["title"],
                    "description": issue["body"]}
        shown = {"id": issue["number"] + 9000, "number": issue["number"], "title": issue["title"],
                 "body": issue["body"]}
        if issue.get("is_pull_request"):
            shown["pull_request"] = {}
        return shown

    def list_issues(self, query, _):
        wanted = "opened" if self.kind == "gitlab" else "open"
        assert query["state"] == wanted, query
        return self.page(query, [self.shown(issue) for issue in self.open_issues()])

    def add_issue(self, _, data):
        text = data["description" if self.kind == "gitlab" else "body"]
        self.issues.append({"number": len(self.issues) + 1, "title": data["title"], "body": text,
                            "state": "open"})
        return 201, self.shown(self.issues[-1])

    def edit_issue(self, _, data, number):
        issue = self.issues[int(number) - 1]
        issue["title"] = data.get("title", issue["title"])
        issue["body"] = data.get("description" if self.kind == "gitlab" else "body", issue["body"])
        if data.get("state_event") == "close" or data.get("state") == "closed":
            issue["state"] = "closed"
        return 200, self.shown(issue)

    def pulls_of_commit(self, _, __, commit):
        if commit not in self.merged:
            return 200, []
        number, head = self.merged[commit]
        if self.kind == "gitlab":
            return 200, [{"iid": number, "state": "merged", "sha": head}]
        return 200, [{"number": number, "merged_at": "2030-01-01T00:00:00Z", "head": {"sha": head}}]

    def pull_of_commit(self, _, __, commit):
        if commit not in self.merged:
            return 404, {"message": "not found"}
        number, head = self.merged[commit]
        return 200, {"number": number, "head": {"sha": head}}

    # Plans. What a workflow's own step would upload is put into `plans` by the test.

    def list_artifacts(self, query, _):
        found = [{"id": 7 + number, "name": f"{name}-{commit}", "expired": False,
                  "workflow_run": {"head_sha": commit, "repository_id": 1,
                                   "head_repository_id": 2 if commit in self.of_forks else 1}}
                 for number, (name, commit) in enumerate(self.plans)
                 if f"{name}-{commit}" == query["name"]]
        return 200, {"artifacts": found}

    def zipped_artifact(self, _, __, number):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("plan.json", list(self.plans.values())[int(number) - 7])
        return 200, archive.getvalue()

    def raw_artifact(self, query, _, number, job):
        assert query["job"] == job, query
        heads = {head for pull, head in self.merged.values() if pull == int(number)}
        for (name, commit), plan in self.plans.items():
            if name == job and commit in heads:
                return 200, plan
        return 404, {"message": "404 Not found"}

    def put_package(self, _, data, commit, name):
        if (name, commit) in self.plans:
            return 409, {"message": "exists"}
        self.plans[name, commit] = data
        return 201, b""

    def get_package(self, _, __, commit, name):
        plan = self.plans.get((name, commit))
        return (200, plan) if plan is not None else (404, {"message": "not found"})

    def delete_package(self, _, __, commit, name):
        return (204, b"") if self.plans.pop((name, commit), None) else (404, {"message": "no"})
