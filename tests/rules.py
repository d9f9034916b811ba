"""Every kind of rule, drawn at random."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.grammar import Rule, parse

units = st.sampled_from(["hours", "calendar days", "working days", "weeks", "months", "years"])
anchors = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)


@st.composite
def rules(draw: st.DrawFn, most: int = 9999) -> Rule:
    form = draw(st.sampled_from(["within", "beginning with", "before", "every", "after", "asap"]))
    anchor = draw(anchors)
    if form == "asap":
        return parse(f"as soon as practicable after {anchor}")
    unit = draw(units.filter(lambda unit: (form, unit) != ("beginning with", "hours")))
    said = f"{draw(st.integers(1, most))} {unit}"
    return parse(
        {
            "within": f"within {said} of {anchor}",
            "beginning with": f"within {said} beginning with {anchor}",
            "before": f"at least {said} before {anchor}",
            "every": f"every {said}",
            "after": f"{said} after {anchor}",
        }[form]
    )
