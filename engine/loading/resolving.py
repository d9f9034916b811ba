"""Makes one workflow of a process, its linked processes and its templates, and hashes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.canonical import canonical
from engine.definition import Workflow, plain
from engine.loading.building import (
    build_groups,
    build_packs,
    build_parts,
    build_roles,
    build_transition,
)
from engine.loading.clocks import build_timescale
from engine.loading.draft import Draft
from engine.loading.own_rules import build_rule

INHERITED = ("edition", "in_force", "source", "caution", "working_days", "kept_by")
"""What the head of a linked process may leave to the process that opens it."""


def resolve(
    name: str, draft: Draft, children: Mapping[str, Draft], templates: Mapping[str, str]
) -> Workflow:
    """The workflow that a draft and those of its linked processes describe, not yet hashed."""
    parent = _build(name, draft, draft.head, templates)
    inherited = {key: draft.head[key] for key in INHERITED if key in draft.head}
    built = {
        child: _build(child, part, {**inherited, **part.head}, templates)
        for child, part in children.items()
    }
    roles, groups = parent.roles, parent.groups
    shared = {
        child: replace(one, roles={**roles, **one.roles}, groups={**groups, **one.groups})
        for child, one in built.items()
    }
    return replace(parent, children=shared)


def hashed(workflow: Workflow) -> Workflow:
    """The workflow with its content hash, which its linked processes share."""
    content = hashlib.sha256(canonical(plain(workflow)).encode()).hexdigest()
    children = {name: replace(one, hash=content) for name, one in workflow.children.items()}
    return replace(workflow, children=children, hash=content)


def _build(
    name: str, draft: Draft, head: Mapping[str, Any], templates: Mapping[str, str]
) -> Workflow:
    parts = build_parts(draft)
    tables = draft.tables
    in_force = head.get("in_force", {})
    packs = build_packs(draft)
    return Workflow(
        name=name,
        **{key: head.get(key, "") for key in ("title", "edition", "source", "caution")},
        **{key: head.get(key, "") for key in ("working_days", "starts_at")},
        **{key: head.get(key, ()) for key in ("opening", "may_open", "kept_by", "main_line")},
        **{f"in_force_{key}": in_force.get(key, "") for key in ("from", "to", "for")},
        roles=build_roles(draft),
        groups=build_groups(draft),
        questions=parts.questions,
        states=parts.states,
        transitions={n: build_transition(n, t, parts) for n, t in tables["transition"].items()},
        timescales={n: build_timescale(n, t, parts) for n, t in tables["timescale"].items()},
        packs=packs,
        rules={n: build_rule(n, t, parts) for n, t in tables["rule"].items()},
        children={},
        templates=templates,
    )
