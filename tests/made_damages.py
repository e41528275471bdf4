"""Ways to damage the tiny trial, each with the path at which a check must name it."""

from collections.abc import Callable
from typing import Any

from made_protocol import figure

__all__ = ["DAMAGES", "INJECTED", "Damage", "Data", "put"]

Data = dict[str, Any]
Damage = Callable[[Data], object]


def put(value: object, *steps: str | int) -> Damage:
    """Return a damage that puts a value at the end of the steps."""

    def damage(data: Data) -> None:
        part: Any = data
        for step in steps[:-1]:
            part = part[step]
        part[steps[-1]] = value

    return damage


def again(*steps: str | int) -> Damage:
    """Return a damage that repeats the first entry of a list."""

    def damage(data: Data) -> None:
        part: Any = data
        for step in steps:
            part = part[step]
        part.append(part[0])

    return damage


def rule(**parts: object) -> Damage:
    """Return a damage that gives the first criterion another rule."""
    return put(parts, "criteria", 0, "rule")


INJECTED: tuple[str | int, ...] = ("forms", 1, "items")
I1 = "criteria.I1.rule"
ITEM = f"{I1}.item"
GAP = "conflicts.fes_before_therapy"
INJECTION, SCAN = 1, 2

DAMAGES: dict[str, tuple[Damage, str]] = {
    # sources
    "source of a figure": (
        put("nowhere", "tracers", 0, "activity", "source"),
        "tracers.18F-FES.activity.source",
    ),
    "source of an event": (put("nowhere", "events", 2, "source"), "events.scan.source"),
    "source of the identity": (put("nowhere", "identity", "source"), "identity.source"),
    "unconfirmed as a source": (
        put({"plan": "x", "unconfirmed": "y"}, "sources"),
        "sources.unconfirmed",
    ),
    # names that stand twice
    "site twice": (again("sites"), "sites.north"),
    "tracer twice": (again("tracers"), "tracers.18F-FES"),
    "consent twice": (again("consents"), "consents.taking_part"),
    "criterion twice": (again("criteria"), "criteria.I1"),
    "event twice": (again("events"), "events.screening"),
    "conflict twice": (again("conflicts"), "conflicts.fes_before_therapy"),
    "code list twice": (again("code_lists"), "code_lists.tracers"),
    "code twice": (again("code_lists", 1, "codes"), "code_lists.pregnancy.codes.no"),
    "form twice": (again("forms"), "forms.history"),
    "item twice": (again("forms", 0, "items"), "forms.history.items.visited_on"),
    "form of an event twice": (again("events", 0, "forms"), "events.screening.forms.history"),
    "disclosure twice": (again("disclosures"), "disclosures.imaging therapy"),
    "reading twice": (again("readings"), "readings.18F-FES lesion"),
    "class twice": (again("readings", 0, "scale"), "readings.18F-FES lesion.scale.1"),
    "threshold twice": (
        again("readings", 0, "thresholds"),
        "readings.18F-FES lesion.thresholds.low",
    ),
    "response criteria twice": (again("response"), "response.recist"),
    "outcome twice": (again("outcomes"), "outcomes.uptake"),
    # names that lead nowhere
    "form of a rule": (rule(test="stated", item="histori.born_on"), ITEM),
    "item of a rule": (rule(test="stated", item="history.born"), ITEM),
    "event of a rule": (rule(test="stated", item="history.born_on@later"), ITEM),
    "event without the form of a rule": (rule(test="stated", item="history.born_on@scan"), ITEM),
    "consent of a rule": (rule(test="consented", consent="biopsy"), f"{I1}.consent"),
    "second date of a rule": (
        rule(test="within", item="history.visited_on", days=28, of="history.scanned_on"),
        f"{I1}.of",
    ),
    "rule within a rule": (
        rule(test="not", rule={"test": "any", "rules": [{"test": "stated", "item": "a.b"}]}),
        f"{I1}.rule.rules[1].item",
    ),
    "rule that informs": (
        put("history.bili", "criteria", 1, "informed_by", 0, "rule", "item"),
        "criteria.I2.informed_by[1].rule.item",
    ),
    "rule of an event": (
        put({"test": "stated", "item": "a.b"}, "events", 0, "when"),
        "events.screening.when.item",
    ),
    "rule of a required item": (
        put("history.blokker", "forms", 0, "items", 7, "required", "item"),
        "forms.history.items.blocker_stopped_on.required.item",
    ),
    "rule of an antibody mass": (
        put(
            [{"mass": figure(50, "mg"), "when": {"test": "stated", "item": "a.b"}, "text": "x"}],
            "tracers",
            0,
            "antibody",
        ),
        "tracers.18F-FES.antibody[1].when.item",
    ),
    "form of an event": (
        put(["history", "hist"], "events", 0, "forms"),
        "events.screening.forms[2]",
    ),
    "consent of an event": (
        put(["biopsy"], "events", 0, "consents"),
        "events.screening.consents[1]",
    ),
    "tracer of an event": (put("18F-FDG", "events", 0, "tracer"), "events.screening.tracer"),
    "anchor": (put("biopsy", "events", 2, "due", "anchor"), "events.scan.due.anchor"),
    "item of what happened": (put("scan.began", "events", 2, "happened"), "events.scan.happened"),
    "happened at another event": (
        put("history.visited_on@therapy", "events", 0, "happened"),
        "events.screening.happened",
    ),
    "happened in a form of no such event": (
        put("history.visited_on", "events", 2, "happened"),
        "events.scan.happened",
    ),
    "happened is no time": (put("scan.corrected", "events", 2, "happened"), "events.scan.happened"),
    "happened is sealed": (
        put("history.born_on", "events", 0, "happened"),
        "events.screening.happened",
    ),
    "event of an injection": (
        put("inject", "tracers", 0, "injection"),
        "tracers.18F-FES.injection",
    ),
    "event of a scan": (put("scann", "tracers", 0, "scan"), "tracers.18F-FES.scan"),
    "moment of an injection": (
        put("injection.given_at", "tracers", 0, "injected"),
        "tracers.18F-FES.injected",
    ),
    "moment of a scan in another form": (
        put("injection.injected_at", "tracers", 0, "scanned"),
        "tracers.18F-FES.scanned",
    ),
    "moment of a later use": (
        put(
            [
                {
                    "injection": "injection",
                    "scan": "scan",
                    "injected": "injection.injected_at",
                    "scanned": "scan.scan_begun_at",
                }
            ],
            "tracers",
            0,
            "further",
        ),
        "tracers.18F-FES.further.scan.scanned",
    ),
    "item of a conflict": (
        put("injection.given_at", "conflicts", 0, "later", "item"),
        f"{GAP}.later.item",
    ),
    "conflict that is no time": (
        put("injection.batch", "conflicts", 0, "later", "item"),
        f"{GAP}.later.item",
    ),
    "where of a conflict": (
        put("history.drug", "conflicts", 0, "earlier", "where"),
        f"{GAP}.earlier.where",
    ),
    "where of another form": (
        put("scan.tracer", "conflicts", 0, "since", "where"),
        f"{GAP}.since.where",
    ),
    "value of a conflict": (
        put(["fulvestrant"], "conflicts", 0, "earlier", "values"),
        f"{GAP}.earlier.values[1]",
    ),
    "conflict with where and no value": (
        put([], "conflicts", 0, "earlier", "values"),
        f"{GAP}.earlier.values",
    ),
    "conflict with values and no where": (
        put(["x"], "conflicts", 0, "later", "values"),
        f"{GAP}.later.values",
    ),
    "first and last day of two forms": (
        put({"item": "scan.scan_started_at"}, "conflicts", 0, "since"),
        f"{GAP}.since.item",
    ),
    "group of a disclosure": (
        put("images", "disclosures", 0, "group"),
        "disclosures.images therapy.group",
    ),
    "event of a disclosure": (
        put("treatment", "disclosures", 0, "at"),
        "disclosures.imaging treatment.at",
    ),
    "nobody to disclose to": (put([], "disclosures", 0, "to"), "disclosures.imaging therapy.to"),
    "form that a disclosure requires": (
        put(["intention"], "disclosures", 0, "requires"),
        "disclosures.imaging therapy.requires[1]",
    ),
    "group of a form": (put("clinic", "forms", 0, "group"), "forms.history.group"),
    "group of an item": (
        put("clinic", "forms", SCAN, "items", 3, "group"),
        "forms.scan.items.corrected.group",
    ),
    "group that nobody sees": (put([], "visibility", "imaging"), "visibility.imaging"),
    "code list of an item": (
        put("pregnant", "forms", 0, "items", 4, "codes"),
        "forms.history.items.pregnancy.codes",
    ),
    "tracer of a reading": (
        put("18F-FDG", "readings", 0, "tracer"),
        "readings.18F-FDG lesion.tracer",
    ),
    "code that is no tracer": (
        put("18F-FDG", "code_lists", 0, "codes", 0, "code"),
        "code_lists.tracers.codes.18F-FDG",
    ),
    "tracer of another event": (
        lambda d: d["tracers"].append({**d["tracers"][0], "name": "18F-FDG"}),
        "events.injection.tracer",
    ),
    "form of no event": (put([], "events", 2, "forms"), "forms.scan"),
    # anchors
    "anchor that is its own": (put("scan", "events", 2, "due", "anchor"), "events.scan.due.anchor"),
    "anchors in a ring": (put("therapy", "events", 2, "due", "anchor"), "events.scan.due.anchor"),
    # types
    "at most of a date": (rule(test="at_most", item="history.born_on", value=1), ITEM),
    "at least of a code": (rule(test="at_least", item="history.pregnancy", value=1), ITEM),
    "above of a boolean": (rule(test="above", item="scan.corrected", value=1), ITEM),
    "below of a text": (rule(test="below", item="history.remark", value=1), ITEM),
    "rise of a date": (
        rule(test="rise_above", item="history.visited_on", percent=50, days=14),
        ITEM,
    ),
    "within of a number": (rule(test="within", item="history.bilirubin", days=28), ITEM),
    "second date that is a code": (
        rule(test="within", item="history.visited_on", days=28, of="history.pregnancy"),
        f"{I1}.of",
    ),
    "age of a label": (rule(test="age_above", item="injection.batch", years=18), ITEM),
    "one of a number": (rule(test="one_of", item="history.bilirubin", values=["1"]), ITEM),
    "value outside the list": (
        rule(test="one_of", item="history.pregnancy", values=["no", "maybe"]),
        f"{I1}.values[2]",
    ),
    "value of a boolean": (
        rule(test="one_of", item="scan.corrected", values=["true"]),
        f"{I1}.values[1]",
    ),
    "no value": (rule(test="one_of", item="history.pregnancy", values=[]), f"{I1}.values"),
    "all of nothing": (rule(test="all", rules=[]), f"{I1}.rules"),
    "any of nothing": (rule(test="any", rules=[]), f"{I1}.rules"),
    "rule on free text": (
        rule(test="one_of", item="history.remark", values=["yes"]),
        ITEM,
    ),
    "rule on a personal date": (rule(test="within", item="history.born_on", days=28), ITEM),
    "days below nothing": (rule(test="within", item="history.visited_on", days=-1), f"{I1}.days"),
    "rise in no days": (
        rule(test="rise_above", item="history.bilirubin", percent=50, days=0),
        f"{I1}.days",
    ),
    # items
    "minimum above maximum": (
        put(figure(9, "1"), "forms", 0, "items", 2, "minimum"),
        "forms.history.items.performance.minimum",
    ),
    "limit in another unit": (
        put(figure(0, "mg/dL"), "forms", 0, "items", 3, "minimum"),
        "forms.history.items.bilirubin.minimum.unit",
    ),
    "limit of a date": (
        put(figure(0, "1"), "forms", 0, "items", 0, "maximum"),
        "forms.history.items.visited_on.maximum",
    ),
    "unit of a date": (
        put("d", "forms", 0, "items", 0, "unit"),
        "forms.history.items.visited_on.unit",
    ),
    "code without a list": (
        put(None, "forms", 0, "items", 4, "codes"),
        "forms.history.items.pregnancy.codes",
    ),
    "list without a code": (
        put("pregnancy", "forms", 0, "items", 0, "codes"),
        "forms.history.items.visited_on.codes",
    ),
    "empty list": (put([], "code_lists", 1, "codes"), "code_lists.pregnancy.codes"),
    "form without items": (put([], "forms", 0, "items"), "forms.history.items"),
    # kinds
    "kind that lacks an item": (
        lambda d: d["forms"][INJECTION]["items"].pop(6),
        "forms.injection.items.batch",
    ),
    "needed item of another type": (
        put("date", *INJECTED, 2, "type"),
        "forms.injection.items.measured_at.type",
    ),
    "needed item in another unit": (
        put("GBq", *INJECTED, 3, "unit"),
        "forms.injection.items.residual_mbq.unit",
    ),
    "needed item that is sealed": (
        put(True, *INJECTED, 6, "personal"),  # noqa: FBT003  the value of a key
        "forms.injection.items.batch",
    ),
    # counts
    "no day one": (put(False, "events", 3, "day_one"), "events"),  # noqa: FBT003  the value of a key
    "two days one": (put(True, "events", 2, "day_one"), "events.therapy.day_one"),  # noqa: FBT003  the value of a key
    "day one that repeats": (put(True, "events", 3, "repeats"), "events.therapy.repeats"),  # noqa: FBT003  the value of a key
    "no primary outcome": (put("secondary", "outcomes", 0, "kind"), "outcomes"),
    "two primary outcomes": (put("primary", "outcomes", 1, "kind"), "outcomes"),
    "inclusion numbered as exclusion": (put("E3", "criteria", 0, "number"), "criteria.E3.number"),
    "exclusion numbered as inclusion": (put("I3", "criteria", 2, "number"), "criteria.I3.number"),
    "no site": (put([], "sites"), "sites"),
    "no required consent": (put(False, "consents", 0, "required"), "consents"),  # noqa: FBT003  the value of a key
    "no arm": (put(0, "identity", "arms"), "identity.arms"),
    "half a subject": (put(figure(2.5, "1"), "identity", "enrolment"), "identity.enrolment"),
    "no class": (put([], "readings", 0, "scale"), "readings.18F-FES lesion.scale"),
    "no reader": (put(figure(0, "1"), "readings", 0, "readers"), "readings.18F-FES lesion.readers"),
    "two default thresholds": (
        lambda d: d["readings"][0]["thresholds"].append(
            {**d["readings"][0]["thresholds"][0], "name": "high"}
        ),
        "readings.18F-FES lesion.thresholds.high.default",
    ),
    # spans
    "offset in months": (
        put(figure(1, "mo"), "events", 2, "due", "offset"),
        "events.scan.due.offset.unit",
    ),
    "window of half a day": (
        put(figure(0.5, "d"), "events", 2, "due", "after"),
        "events.scan.due.after.value",
    ),
    "window of 36 hours": (
        put(figure(36, "h"), "events", 2, "due", "before"),
        "events.scan.due.before.value",
    ),
    "window below nothing": (
        put(figure(-1, "d"), "events", 2, "due", "before"),
        "events.scan.due.before.value",
    ),
    "every without repeats": (
        put(figure(9, "wk"), "events", 2, "due", "every"),
        "events.scan.due.every",
    ),
    "every no days": (
        put(figure(0, "wk"), "events", 2, "due", "every"),
        "events.scan.due.every.value",
    ),
    "gap in years": (put(figure(1, "a"), "conflicts", 0, "gap"), f"{GAP}.gap.unit"),
    "uptake in mg": (
        put(figure(60, "mg"), "tracers", 0, "uptake", "target"),
        "tracers.18F-FES.uptake.target.unit",
    ),
    "fasting in kg": (
        put(figure(6, "kg"), "tracers", 0, "fasting"),
        "tracers.18F-FES.fasting.unit",
    ),
    "report within no time": (put(figure(24, "1"), "serious_report"), "serious_report.unit"),
    "activity in mCi": (
        put(figure(5, "mCi"), "tracers", 0, "activity"),
        "tracers.18F-FES.activity.unit",
    ),
    "no activity at all": (
        put(figure(0, "MBq"), "tracers", 0, "activity"),
        "tracers.18F-FES.activity.value",
    ),
    "tolerance of nothing": (put(None, "tracers", 0, "activity"), "tracers.18F-FES.tolerance"),
    # what a person must still write
    "rule to add": (rule(test="stated", item="to_add.i1"), ITEM),
    "no criterion": (put([], "criteria"), "criteria"),
    "text to add": (put("TO ADD: the city", "sites", 1, "city"), "sites.south.city"),
}
