"""What each production of the grammar means: the parse calls these as it goes, so no tree is walked.

A method is named after the rule or alias it stands for and gets the kept children with the numbers of the first and
last token; a rule without a method hands its only child on.
"""

from __future__ import annotations

from typing import Any, Literal, cast

from rubric_dsl.surface import faults, tree
from rubric_dsl.surface.build_parts import Children, PartBuilder
from rubric_dsl.surface.faults import LineFault
from rubric_dsl.surface.keywords import combine_method, weight_method
from rubric_dsl.text.source import Span


class LineBuilder(PartBuilder):
    """Sentences: what a whole line says. A line with lines below it is built as if it had none."""

    # ------------------------------------------------------------ header, files

    def header(self, c: Children, i: int, j: int) -> tree.Header:
        return tree.Header(c[0], (), self.span(i, j))

    def edition(self, c: Children, i: int, j: int) -> tree.HeaderLine:
        return tree.HeaderLine("edition", c[0], self.span(i, j))

    def source(self, c: Children, i: int, j: int) -> tree.HeaderLine:
        return tree.HeaderLine("source", c[0], self.span(i, j))

    def amends(self, c: Children, i: int, j: int) -> tree.HeaderLine:
        return tree.HeaderLine("amends", c[0], self.span(i, j))

    def note(self, c: Children, i: int, j: int) -> tree.Note:
        return tree.Note(c[0], self.span(i, j))

    def header_line(self, c: Children, i: int, j: int) -> tree.HeaderLine:
        line = c[0]
        return tree.HeaderLine("note", line.text, line.span) if isinstance(line, tree.Note) else line

    def use(self, c: Children, i: int, j: int) -> tree.Use:
        return tree.Use(c[0], self.span(i, j))

    def drop(self, c: Children, i: int, j: int) -> tree.Drop:
        return tree.Drop(tuple(c), self.span(i, j))

    # ------------------------------------------------------------ observations

    def named(self, c: Children, i: int, j: int) -> tree.Named:
        return tree.Named(c[0], () if c[1] is None else (c[1],))

    def member(self, c: Children, i: int, j: int) -> tree.Named:
        return tree.Named(c[0], tuple(c[1:]))

    def members(self, c: Children, i: int, j: int) -> tuple[tree.Named, ...]:
        return tuple(c)

    def observe(self, c: Children, i: int, j: int) -> tree.Observe:
        return tree.Observe(c[0], c[1], c[2], c[3], (), (), None, self.span(i, j))

    def averaged(self, c: Children, i: int, j: int) -> tree.Folding:
        return tree.Folding("averaged", None, False, None, self.span(i, j))

    def averaged_by(self, c: Children, i: int, j: int) -> tree.Folding:
        return tree.Folding("averaged", c[0], c[1] is not None, c[2], self.span(i, j))

    def totalled(self, c: Children, i: int, j: int) -> tree.Folding:
        return tree.Folding("totalled", None, False, None, self.span(i, j))

    def facts(self, c: Children, i: int, j: int) -> tree.Folding:
        return tree.Folding("one row each", None, False, None, self.span(i, j))

    def column(self, c: Children, i: int, j: int) -> tree.ColumnLine:
        *names, (kind, decimals), presence, marks = c
        key, private = marks or (None, None)
        return tree.ColumnLine(tuple(names), kind, decimals, presence, key, private, self.span(i, j))

    def marks(self, c: Children, i: int, j: int) -> tuple[Span | None, Span | None]:
        """(key, private), in whichever order they were written."""
        return (c[0], c[1]) if self.tokens.kinds[i] == "_KEY" else (c[1], c[0])

    def _type(
        self,
        kind: tree.ColumnKind,
        i: int,
        j: int,
        limits: tree.Limits | None = None,
        decimals: tree.Number | None = None,
        written: tree.Number | tree.Quoted | None = None,
        members: tuple[tree.Named, ...] = (),
    ) -> tuple[tree.ColumnType, tree.Number | None]:
        return tree.ColumnType(kind, members, limits, written, self.span(i, j)), decimals

    def text_type(self, c: Children, i: int, j: int) -> Any:
        return self._type("text", i, j)

    def yesno_type(self, c: Children, i: int, j: int) -> Any:
        return self._type("yes/no", i, j)

    def choice_type(self, c: Children, i: int, j: int) -> Any:
        return self._type("choice", i, j, members=c[0] or ())

    def whole_type(self, c: Children, i: int, j: int) -> Any:
        return self._type("whole number", i, j, c[0], c[1])

    def number_type(self, c: Children, i: int, j: int) -> Any:
        return self._type("number", i, j, c[0], c[1])

    def seconds_type(self, c: Children, i: int, j: int) -> Any:
        return self._type("seconds", i, j, c[1], c[2], written=c[0])

    def percent_type(self, c: Children, i: int, j: int) -> Any:
        return self._type("percent", i, j, c[1], c[2], written=c[0])

    def date_type(self, c: Children, i: int, j: int) -> Any:
        return self._type("date", i, j, c[0])

    def time_type(self, c: Children, i: int, j: int) -> Any:
        return self._type("time", i, j, c[0])

    def limits_from(self, c: Children, i: int, j: int) -> tree.Limits:
        return tree.Limits(c[0], None, self.span(i, j))

    def limits_between(self, c: Children, i: int, j: int) -> tree.Limits:
        return tree.Limits(c[0], c[1], self.span(i, j))

    def limits_from_negative(self, c: Children, i: int, j: int) -> tree.Limits:
        return tree.Limits(tree.Negate(c[0], self.span(i, i + 1)), c[1], self.span(i, j))

    def limits_up_to(self, c: Children, i: int, j: int) -> tree.Limits:
        return tree.Limits(None, c[0], self.span(i, j))

    def decimals(self, c: Children, i: int, j: int) -> tree.Number:
        return self.bare(c[0])

    def optional(self, c: Children, i: int, j: int) -> tree.Optional:
        return tree.Optional(tuple(q for q in c if q is not None), self.span(i, j))

    def present_when(self, c: Children, i: int, j: int) -> tree.PresentWhen:
        return tree.PresentWhen(c[0], self.span(i, j))

    def must(self, c: Children, i: int, j: int) -> tree.Must:
        return tree.Must(c[0], c[1], self.span(i, j))

    def missing(self, c: Children, i: int, j: int) -> tree.MissingLine:
        return tree.MissingLine(c[0], self.span(i, j))

    # ------------------------------------------------------------ values

    def parameter(self, c: Children, i: int, j: int) -> tree.Parameter:
        return tree.Parameter(c[0], c[1], c[2], self.span(i, j))

    def by_value(self, c: Children, i: int, j: int) -> Children:
        """The body and, of a measure, its `when`."""
        return [c[0], c[1] if len(c) > 1 else None]

    by_table = by_value

    def measure(self, c: Children, i: int, j: int) -> tree.Measure:
        *names, limits, optional, (body, when) = c
        return tree.Measure(tuple(names), limits, optional is not None, body, when, self.span(i, j))

    def formula(self, c: Children, i: int, j: int) -> tree.Formula:
        word, *arguments, (body, _) = c
        return tree.Formula(word, tuple(arguments), body, self.span(i, j))

    def bands(self, c: Children, i: int, j: int) -> tree.Bands:
        return tree.Bands(c[0], c[1], c[2], self.span(i, j))

    def method(self, c: Children, i: int, j: int) -> tuple[str, Span]:
        return " ".join(word.text for word in c), self.span(i, j)

    def meet_judgements(self, c: Children, i: int, j: int) -> tuple[str, Any, Span]:
        return "meet", "judgements", self.span(i, j)

    def meet_weights(self, c: Children, i: int, j: int) -> tuple[str, Any, Span]:
        return "meet", "weights", self.span(i, j)

    def consistency(self, c: Children, i: int, j: int) -> tuple[str, Any, Span]:
        return "consistency", c[0], self.span(i, j)

    def steps(self, c: Children, i: int, j: int) -> tuple[str, Any, Span]:
        return "steps", c[0], self.span(i, j)

    def weights(self, c: Children, i: int, j: int) -> tree.Weights:
        named, (phrase, method_span), *options = c
        method = weight_method(phrase)
        if method is None:
            raise LineFault(faults.unknown_method(phrase, method_span, "weights"))
        said: dict[str, tuple[Any, Span]] = {}
        for key, value, span in options:
            if key in said:
                raise LineFault(faults.said_twice(span, said[key][1]))
            said[key] = value, span
        meet, consistency, steps = (said.get(key, (None,))[0] for key in ("meet", "consistency", "steps"))
        kind = cast(tree.WeightMethod, method)
        return tree.Weights(named, kind, method_span, meet, consistency, steps, None, self.span(i, j))

    # ------------------------------------------------------------ scoring

    def worth(self, c: Children, i: int, j: int) -> tree.Number:
        return cast(tree.Number, c[0])

    def indicator(self, c: Children, i: int, j: int) -> tree.Indicator:
        return tree.Indicator(c[0], c[1], (), (), self.span(i, j))

    def touchpoint(self, c: Children, i: int, j: int) -> tree.Touchpoint:
        return tree.Touchpoint(c[0], c[1], c[2] or (), c[3], (), self.span(i, j))

    def _stake(self, kind: Literal["worth", "penalty", "bonus"], c: Children, i: int, j: int) -> tree.Stake:
        return tree.Stake(kind, c[0], self.span(i, j))

    def worth_stake(self, c: Children, i: int, j: int) -> tree.Stake:
        return self._stake("worth", c, i, j)

    def penalty_stake(self, c: Children, i: int, j: int) -> tree.Stake:
        return self._stake("penalty", c, i, j)

    def bonus_stake(self, c: Children, i: int, j: int) -> tree.Stake:
        return self._stake("bonus", c, i, j)

    def strata(self, c: Children, i: int, j: int) -> tuple[tree.Word, ...]:
        return tuple(c)

    def when_rule(self, c: Children, i: int, j: int) -> tree.WhenRule:
        return tree.WhenRule(c[0], self.span(i, j))

    def table_rule(self, c: Children, i: int, j: int) -> tree.TableRule:
        return tree.TableRule(c[0], self.span(i, j))

    def minus_rule(self, c: Children, i: int, j: int) -> tree.PerRule:
        return tree.PerRule("minus", c[0], c[1], self.span(i + 1, j))

    def plus_rule(self, c: Children, i: int, j: int) -> tree.PerRule:
        return tree.PerRule("plus", c[0], c[1], self.span(i + 1, j))

    def value_rule(self, c: Children, i: int, j: int) -> tree.ValueRule:
        return tree.ValueRule(c[0], self.span(i, j))

    def unless_guard(self, c: Children, i: int, j: int) -> tree.Guard:
        return tree.Guard("unless", c[0], c[1], self.span(i, j))

    def if_guard(self, c: Children, i: int, j: int) -> tree.Guard:
        return tree.Guard("if", c[0], c[1], self.span(i, j))

    def applies(self, c: Children, i: int, j: int) -> tree.Applies:
        return tree.Applies(c[0], self.span(i, j))

    def at_least(self, c: Children, i: int, j: int) -> tree.Bound:
        return tree.Bound("at least", c[0], c[1], self.span(i, j))

    def at_most(self, c: Children, i: int, j: int) -> tree.Bound:
        return tree.Bound("at most", c[0], c[1], self.span(i, j))

    def rounded_line(self, c: Children, i: int, j: int) -> tree.RoundedLine:
        return tree.RoundedLine(c[0], self.span(i, j))

    def weights_from(self, c: Children, i: int, j: int) -> tree.WeightsFrom:
        return tree.WeightsFrom(c[0], self.span(i, j))

    def combined_by(self, c: Children, i: int, j: int) -> tree.CombinedBy:
        phrase, span = c[0]
        method = combine_method(phrase)
        if method is None:
            raise LineFault(faults.unknown_method(phrase, span, "combine"))
        kind = cast(Literal["mean", "geometric mean", "lowest", "highest"], method)
        return tree.CombinedBy(kind, self.span(i, j))

    def equals(self, c: Children, i: int, j: int) -> tree.Equals:
        return tree.Equals(c[0], self.span(i, j))

    # ------------------------------------------------------------ ranking, tests

    def ranking(self, c: Children, i: int, j: int) -> tree.Ranking:
        named, *by, within, lowest_first = c
        return tree.Ranking(named, tuple(by), within, lowest_first is not None, (), self.span(i, j))

    def exact(self, c: Children, i: int, j: int) -> tree.Precision:
        return tree.Precision(None, self.span(i, j))

    def rounded_precision(self, c: Children, i: int, j: int) -> tree.Precision:
        return tree.Precision(c[0], self.span(i, j))

    def ties_share(self, c: Children, i: int, j: int) -> tree.Ties:
        return tree.Ties("share" if c[0] is None else "dense", (), self.span(i, j))

    def ties_by(self, c: Children, i: int, j: int) -> tree.Ties:
        return tree.Ties("by", tuple(c), self.span(i, j))

    def tie_key(self, c: Children, i: int, j: int) -> tree.TieKey:
        return tree.TieKey(c[0], c[1] is not None)

    def cap(self, c: Children, i: int, j: int) -> tree.Cap:
        return tree.Cap(self.bare(c[0]), c[1], self.span(i, j))

    def exclude(self, c: Children, i: int, j: int) -> tree.Exclude:
        return tree.Exclude(c[0], self.span(i, j))

    def example(self, c: Children, i: int, j: int) -> tree.Example:
        span = self.span(i, j)
        return tree.Example(c[0], c[1], tree.Grid((), span), span)

    def test(self, c: Children, i: int, j: int) -> tree.Test:
        span = self.span(i, j)
        return tree.Test(c[0], (), tree.Expect(None, None, span), span)

    def given(self, c: Children, i: int, j: int) -> tree.Given:
        span = self.span(i, j)
        return tree.Given(c[0] is not None, c[1], c[2], tree.Grid((), span), span)

    def expect_grid(self, c: Children, i: int, j: int) -> tree.Expect:
        span = self.span(i, j)
        return tree.Expect(tree.Grid((), span), None, span)

    def expect_refused(self, c: Children, i: int, j: int) -> tree.Expect:
        return tree.Expect(None, c[0], self.span(i, j))

    def promise(self, c: Children, i: int, j: int) -> tree.Promise:
        return tree.Promise(c[0], c[1], self.span(i, j))
