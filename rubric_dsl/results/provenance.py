"""Where a result came from, in the words of others: W3C PROV as JSON, and a descriptor of an RO-Crate.

Sources: PROV-JSON, W3C Member Submission of 24 April 2013; RO-Crate Metadata Specification 1.1.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

NAMESPACE = "https://rubric.invalid/bundle/"
"""Names inside a bundle are local to it: this address leads nowhere on purpose."""
MEDIA = {
    ".csv": "text/csv", ".parquet": "application/vnd.apache.parquet", ".sqlite": "application/vnd.sqlite3",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xls": "application/vnd.ms-excel",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet", ".json": "application/json", ".rubric": "text/plain",
}

Json = dict[str, Any]


def prov_json(version: str, sources: Mapping[str, str], made: Sequence[str], agent: str | None) -> Json:
    """One activity that used the sources (name to SHA-256) and made the files. `agent`: who declared it final."""
    program = f"bundle:program/{version}"
    document: Json = {
        "prefix": {"bundle": NAMESPACE},
        "entity": {
            **{_id(name): {"prov:label": name, "bundle:sha256": sha256} for name, sha256 in sources.items()},
            **{_id(name): {"prov:label": name} for name in made},
        },
        "activity": {"bundle:scoring": {"prov:label": "rubric score"}},
        "agent": {program: {
            "prov:type": {"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"},
            "prov:label": f"rubric {version}",
        }},
        "used": {f"_:used{i}": {"prov:activity": "bundle:scoring", "prov:entity": _id(name)}
                 for i, name in enumerate(sources)},
        "wasGeneratedBy": {f"_:made{i}": {"prov:entity": _id(name), "prov:activity": "bundle:scoring"}
                           for i, name in enumerate(made)},
        "wasAssociatedWith": {"_:by": {"prov:activity": "bundle:scoring", "prov:agent": program}},
    }
    if agent is not None:
        person = "bundle:person"
        document["agent"][person] = {"prov:label": agent}
        document["wasAttributedTo"] = {
            f"_:final{i}": {"prov:entity": _id(name), "prov:agent": person} for i, name in enumerate(made)
        }
    return document


def crate_json(
    version: str, title: str, edition: str | None, sources: Mapping[str, str], absent: Collection[str],
    made: Sequence[str], published: str | None,
) -> Json:
    """The bundle as a data set; sources that are `absent` are named, not held.

    A draft has no day of publication, which an RO-Crate would want of what is published.
    """
    files = [*(name for name in sources if name not in absent), *made]
    root: Json = {
        "@id": "./", "@type": "Dataset", "name": title,
        "description": "A result with all it was made of" + (f", edition {edition}" if edition else "")
        + ("" if published else " (draft)"),
        "hasPart": [{"@id": name} for name in files],
        "license": "not stated",
        "mentions": {"@id": "#scoring"},
    }
    if published is not None:
        root["datePublished"] = published
    graph: list[Json] = [
        {
            "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        },
        root,
        *(_file(name, sources.get(name)) for name in files),
        *(
            {"@id": f"#{name}", "@type": "CreativeWork", "name": name, "sha256": sources[name]}
            for name in sorted(absent)
        ),
        {
            "@id": "#scoring", "@type": "CreateAction", "name": "rubric score", "instrument": {"@id": "#program"},
            "object": [{"@id": f"#{name}" if name in absent else name} for name in sources],
            "result": [{"@id": name} for name in made],
        },
        {"@id": "#program", "@type": "SoftwareApplication", "name": "rubric", "version": version},
    ]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}


def _file(name: str, sha256: str | None) -> Json:
    suffix = name[name.rfind("."):] if "." in name else ""
    found: Json = {"@id": name, "@type": "File", "name": name, "encodingFormat": MEDIA.get(suffix, "text/plain")}
    return found if sha256 is None else found | {"sha256": sha256}


def _id(name: str) -> str:
    return f"bundle:{name}"
