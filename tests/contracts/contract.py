"""The vendors' documents as they are kept here, and whether a request is within them.

`stream.json`, `realtimekit.json` and `cometchat.json` are OpenAPI 3, trimmed to the operations the
clients use; `pages.json` holds those that only a vendor's page describes, shaped by hand.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
from jsonschema import Draft202012Validator

from bot.calls.models import Vendor

HERE = Path(__file__).parent
METHODS = ("get", "post", "put", "patch", "delete")
CONTRACT, PAGE = "contract", "page"
"""Where an operation is described."""

Json = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation: `spec` is OpenAPI's, `root` the document with what it refers to."""

    vendor: Vendor
    name: str
    method: str
    path: str
    source: str
    servers: tuple[str, ...]
    spec: Json
    root: Json

    @cached_property
    def key(self) -> str:
        """Method and path, without what every path of the vendor begins with."""
        return f"{self.method} {short(self.path)}"

    @cached_property
    def addresses(self) -> re.Pattern[str]:
        """Every URL it is served at."""
        return re.compile("|".join(_pattern(server + self.path) for server in self.servers))

    def answers(self) -> dict[int, Json]:
        """The documented answers by status, their references followed."""
        found = self.spec["responses"].items()
        return {int(status): resolve(self.root, answer) for status, answer in found}

    def parameters(self, where: str) -> dict[str, Json]:
        """The parameters in `query`, `path` or `header`, by name."""
        every = (resolve(self.root, parameter) for parameter in self.spec.get("parameters", ()))
        return {parameter["name"]: parameter for parameter in every if parameter["in"] == where}


def short(path: str) -> str:
    """A path without the part that is the same for every operation of its vendor."""
    return re.sub(r"^(/api/v2/video|/accounts/\{account_id\}/realtime/kit/\{app_id\})", "", path)


def resolve(root: Json, node: Json) -> Json:
    """`node`, or what it refers to in the same document."""
    while "$ref" in node:
        found: Any = root
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def load(vendor: Vendor, folder: Path = HERE) -> list[Operation]:
    """Every operation of a vendor that is kept here."""
    pages = json.loads((folder / "pages.json").read_text("utf-8"))
    whole = json.loads((folder / f"{vendor}.json").read_text("utf-8"))
    return [
        *_operations(vendor, CONTRACT, _nullable(whole)),
        *_operations(vendor, PAGE, _nullable(pages[vendor])),
    ]


def _operations(vendor: Vendor, source: str, root: Json) -> Iterator[Operation]:
    for path, item in root["paths"].items():
        servers = item.get("servers", root["servers"])
        for method in METHODS:
            if spec := item.get(method):
                urls = tuple(server["url"] for server in servers)
                name = spec["operationId"]
                yield Operation(vendor, name, method.upper(), path, source, urls, spec, root)


def _nullable(node: Any) -> Any:
    """OpenAPI's `nullable` as JSON Schema says it."""
    if isinstance(node, list):
        return [_nullable(part) for part in node]
    if not isinstance(node, dict):
        return node
    read = {name: _nullable(part) for name, part in node.items() if name != "nullable"}
    return {"anyOf": [read, {"type": "null"}]} if node.get("nullable") is True else read


def operation_of(operations: Sequence[Operation], request: httpx.Request) -> Operation | None:
    """The operation a request is for: the one with the fewest placeholders, or None."""
    url = str(request.url.copy_with(query=None))
    fitting = [
        operation
        for operation in operations
        if operation.method == request.method and operation.addresses.fullmatch(url)
    ]
    return min(fitting, key=lambda operation: operation.path.count("{"), default=None)


def _pattern(template: str) -> str:
    parts = re.split(r"(\{[^}]*\})", template)
    return "".join("[^/?]+" if part.startswith("{") else re.escape(part) for part in parts)


def faults(operation: Operation, request: httpx.Request) -> list[str]:
    """What is wrong with a request, in words; nothing when it is as documented."""
    found = [
        *_path(operation, request),
        *_query(operation, request),
        *_body(operation, request),
        *_key(operation, request),
    ]
    return [f"{operation.key}: {fault}" for fault in found]


def invalid(root: Json, schema: Json, value: Any, *, closed: bool = False) -> list[str]:
    """What is wrong with a value; `closed` also counts fields that the document does not name."""
    checker = _checker(Same(root), Same(schema), closed=closed)
    return [
        f"{'.'.join(map(str, error.path))}: {error.message}" for error in checker.iter_errors(value)
    ]


@dataclass(frozen=True)
class Same:
    """A part of a document, or a story, by which one it is and not by what it says.

    None is ever changed.
    """

    node: Mapping[str, Any]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.node is self.node

    def __hash__(self) -> int:
        return id(self.node)


@cache
def _checker(root: Same, schema: Same, *, closed: bool) -> Draft202012Validator:
    components = _closed_components(root) if closed else root.node.get("components", {})
    told = _closed(schema.node) if closed else schema.node
    return Draft202012Validator({"components": components, **told})


@cache
def _closed_components(root: Same) -> Any:
    return _closed(root.node.get("components", {}))


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    read = {name: _closed(part) for name, part in node.items()}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        read.setdefault("additionalProperties", False)
    return read


def _path(operation: Operation, request: httpx.Request) -> Iterator[str]:
    """The last steps of the URL are those of the path, whatever the server's part is."""
    known = operation.parameters("path")
    steps = operation.path.split("/")[1:]
    sent = request.url.raw_path.decode().partition("?")[0].split("/")[-len(steps) :]
    for step, text in zip(steps, sent, strict=True):
        if step.startswith("{"):
            name = step.strip("{}")
            for fault in invalid(operation.root, known[name]["schema"], unquote(text)):
                yield f"{name} in the path{fault}"


def _query(operation: Operation, request: httpx.Request) -> Iterator[str]:
    known = operation.parameters("query")
    keys = {scheme["name"] for scheme in _schemes(operation) if scheme.get("in") == "query"}
    sent = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    for name in sorted(set(sent) - set(known) - keys):
        yield f"the query parameter {name} is not documented"
    for name, parameter in known.items():
        if name in sent:
            for fault in invalid(
                operation.root, parameter["schema"], _typed(parameter, sent[name])
            ):
                yield f"the query parameter {name}{fault}"
        elif parameter.get("required"):
            yield f"the query parameter {name} is missing"


def _typed(parameter: Json, text: str) -> Any:
    kind = parameter["schema"].get("type")
    if kind in {"integer", "number"} and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return json.loads(text)
    if kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    return text.split(",") if kind == "array" else text


def _body(operation: Operation, request: httpx.Request) -> Iterator[str]:
    described = resolve(operation.root, operation.spec.get("requestBody", {}))
    if not described:
        if request.content:
            yield "no body is documented"
        return
    if not request.content:
        if described.get("required"):
            yield "the body is missing"
        return
    schema = described["content"]["application/json"]["schema"]
    yield from invalid(operation.root, schema, json.loads(request.content), closed=True)


def _key(operation: Operation, request: httpx.Request) -> Iterator[str]:
    sent: Mapping[str, Mapping[str, str]] = {
        "header": request.headers,
        "query": dict(request.url.params),
    }
    for scheme in _schemes(operation):
        if scheme["type"] == "http":
            if not request.headers.get("authorization", "").startswith("Bearer "):
                yield "the bearer token is missing"
        elif not sent[scheme["in"]].get(scheme["name"]):
            yield f"the {scheme['in']} {scheme['name']} is missing"


def _schemes(operation: Operation) -> list[Json]:
    return list(operation.root["components"]["securitySchemes"].values())
