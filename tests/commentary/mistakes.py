"""Mistakes in commentary files, made from a good text: what people mistype, leave out, paste in or try.

Each says what is to become of it: refused (with the line, and what the fault must name), shown as harmless words, or
either of the two, where it is enough that nothing breaks and nothing gets through.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from random import Random

from pmif.commentary.binding import ROLES
from pmif.disclosure import Published
from tests.commentary.writing import FIRST, FRONT

REFUSED, SHOWN, EITHER = "refused", "shown", "either"
LINE = FIRST + 2  # where the spoilt paragraph stands, below ## Summary
END = """
## ready-to-learn

### ready-for-reception

Nurseries say that it {got-worse}`got worse <ready-for-reception>`.

## Challenges

Families wait {quoted}`eleven weeks <Family team, made-up diary of 2026>`.
"""
VOICE = {
    "who": "a parent at a family hub",
    "kind": "resident",
    "consent": "in writing, to the family hub",
    "consent_given": "2026-09-14",
    "de_identified_by": "performance",
}


@dataclass(frozen=True)
class Mistake:
    kind: str
    content: bytes
    fate: str = REFUSED
    line: int = 0  # where the mistake is; 0 where it is on no one line
    names: str = ""  # what a fault on that line must name


Maker = Callable[[Random], Mistake]


class Making:
    """The made-up borough's names, to be mistyped."""

    def __init__(self, published: Published) -> None:
        framework = published.framework
        self.measures = [pm.id for pm in published.all_measures if pm.finding.value is not None]
        self.withheld = [pm.id for pm in published.all_measures if str(pm.finding.state) == "withheld"]
        self.without = [pm.id for pm in published.all_measures if str(pm.finding.state) == "awaiting-a-return"]
        self.outcomes = [outcome.id for objective in framework.objectives[:1] for outcome in objective.outcomes]

    def makers(self) -> list[tuple[str, Maker]]:
        """Every kind of mistake, each made anew from a seed."""
        return [
            *((kind, make) for kind, make in self._paragraphs()),
            *((kind, make) for kind, make in self._heads()),
            *((kind, make) for kind, make in self._structure()),
            *((kind, make) for kind, make in self._voices()),
            *((kind, make) for kind, make in self._files()),
        ]

    def many(self, number: int, seed: int) -> Iterator[Mistake]:
        """So many mistakes, of every kind in turn."""
        random = Random(seed)
        makers = self.makers()
        random.shuffle(makers)
        for (_, make), _n in zip(cycle(makers), range(number), strict=False):
            yield make(random)

    # --- in a sentence ---------------------------------------------------------------------------------------

    def _paragraphs(self) -> Iterator[tuple[str, Maker]]:
        """The kind, the paragraph with {m} for a measure, what the fault must name, and its fate."""

        def measure(random: Random) -> str:
            return random.choice(self.measures)

        def of(kind: str, make: Callable[[Random], tuple[str, str]], fate: str = REFUSED) -> tuple[str, Maker]:
            def maker(random: Random) -> Mistake:
                words, names = make(random)
                return Mistake(kind, text(words), fate, LINE if fate == REFUSED else 0, names)

            return kind, maker

        def fixed(kind: str, *choices: str | tuple[str, str], fate: str = REFUSED) -> tuple[str, Maker]:
            def make(random: Random) -> tuple[str, str]:
                choice = random.choice(choices)
                words, names = (choice, "") if isinstance(choice, str) else choice
                m = measure(random)
                return words.replace("{m}", m), names.replace("{m}", m)

            return of(kind, make, fate)

        def wrong_measure(random: Random) -> tuple[str, str]:
            wrong = misspell(random, measure(random), self.measures)
            role = random.choice(("value", "fell", "period", "target", "gap", "highest"))
            return f"It is {{{role}}}`{wrong}` now.", f"'{wrong}'"

        def wrong_role(random: Random) -> tuple[str, str]:
            wrong = misspell(random, random.choice(sorted(ROLES)), ROLES)
            return f"It is {{{wrong}}}`{measure(random)}` now.", f"'{wrong}'"

        def wrong_part(random: Random) -> tuple[str, str]:
            known = ("madeland", "madeshire", "country", "region", "neighbours", "borough", "sex", "ward")
            wrong = misspell(random, random.choice(known), known)
            return f"It is {{value}}`{measure(random)}/{wrong}` now.", f"'{wrong}'"

        yield of("wrong measure", wrong_measure)
        yield of("wrong measure", wrong_measure)
        yield of("wrong role", wrong_role)
        yield of("wrong role", wrong_role)
        yield of("wrong area", wrong_part)
        yield fixed(
            "wrong period",
            ("It was {value}`{m}/2031-32` then.", "2031-32"),
            ("It was {value}`{m}/2024-26` then.", "'2024-26'"),
            ("It was {value}`{m}/99999` then.", "'99999'"),
            ("It was {value}`{m}/9999` then.", "9999"),
            ("It {fell}`{m}, since 1066`.", "1066"),
            ("It {fell}`{m}, since yesterday`.", "'yesterday'"),
            ("It {fell}`{m}, since 99999999999999999999`.", "'99999999999999999999'"),
        )
        yield fixed(
            "wrong group",
            ("Of girls {value}`ready-for-reception/sex=femail`.", "sex=female"),
            ("Of girls {value}`ready-for-reception/sx=female`.", "sex=female"),
            ("Of girls {value}`ready-for-reception/sex`.", "sex"),
        )
        yield fixed("no closing backtick", ("It is {value}`{m} and so on.", "{value}"))
        yield fixed("no opening backtick", ("It is {value}{m}` and so on.", "{value}"))
        yield fixed("no backticks", ("It is {value} {m}.", "{value}"), ("It {fell}.", "{fell}"))
        yield fixed("curly quotes", ("It is {value}‘{m}’ now.", "curly"), ("It is {value}“{m}” now.", "curly"))
        yield fixed("a space after the role", ("It is {value} `{m}` now.", "{value}"))
        yield fixed("one backtick alone", ("It is ` here.", "`"), ("It is `` here.", "`"))
        yield fixed("unclosed emphasis", ("It is **bold and so on.", "**"), ("It is __bold and so on.", "__"))
        yield fixed(
            "broken link", ("See [the report](https://example.org and more.", "]("), ("See the report](x).", "](")
        )
        yield fixed("unclosed fence", ("```\ncode", "```"), (":::{voice}\nwho", ":::{voice}"), ("~~~\ncode", "~~~"))
        yield fixed(
            "a directive",
            ("```{include} /etc/passwd\n```", "{include}"),
            ("```{raw} html\n<script>alert(1)</script>\n```", "{raw}"),
            ("```{code-cell} python\nprint(1)\n```", "{code-cell}"),
            (":::{raw} html\n<script>alert(1)</script>\n:::", "{raw}"),
            (":::{include} ../../secrets\n:::", "{include}"),
            ("::::{note}\nwords\n::::", "{note}"),
        )
        yield fixed(
            "Jinja",
            ("It is {{ config }} now.", "{{"),
            ("It is {{ ''.__class__.__mro__ }} now.", ""),
            ("{% include 'x' %}", "{%"),
            ("{% for x in y %}z{% endfor %}", "{%"),
        )
        yield fixed(
            "HTML",
            ("It is <b>bold</b>.", "<b>"),
            ("<script>alert(1)</script>", "<script>"),
            ("<img src=x onerror=alert(1)>", "<img"),
            ("<iframe src='https://example.org'></iframe>", "<iframe"),
            ("<svg onload=alert(1)></svg>", "<svg"),
            ("Words <style>p { display: none }</style> more.", "<style>"),
            ("<!-- a remark -->", "<!--"),
            ('<a href="https://example.org" onclick="x()">here</a>', "<a"),
        )
        yield fixed(
            "HTML in disguise",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "<img src=x\nonerror=alert(1)>",
            "&#60;script&#62;alert(1)&#60;/script&#62;",
            "`<script>alert(1)</script>`",
            "    <script>alert(1)</script>",
            "{quoted}`<script>alert(1)</script> <Family team, diary>`",
            '{quoted}`40 families <Family team, "><script>alert(1)</script>>`',
            "{quoted}`40 families <Family team & \"diary\" onload='x'>`",
            "<scr<script>ipt>alert(1)</scr</script>ipt>",
            '``` "><script>\nalert(1)\n```',
            '```x" onmouseover="alert(1)\nwords\n```',
            fate=EITHER,
        )
        yield fixed(
            "a link that runs",
            "[here](javascript:alert(1))",
            "[here](JaVaScRiPt:alert(1))",
            "[here](javascript&#58;alert(1))",
            "[here](vbscript:x)",
            "[here](data:text/html;base64,PHNjcmlwdD4=)",
            "<javascript:alert(1)>",
            "[here][x]\n\n[x]: javascript:alert(1)",
            "![picture](https://example.org/x.png)",
            '[here](https://example.org "title\\" onclick=\\"x()")',
            "[here](file:///etc/passwd)",
            fate=EITHER,
        )
        yield fixed("a link", "See [the *report*](https://example.org/a?b=1&c=2).", "<https://example.org>", fate=SHOWN)
        yield fixed("roles in each other", ("It is {value}`{value}`{m}`` now.", ""), ("{fell}`{value}`{m}` <{m}>`", ""))
        yield fixed("a role in a link", "See [{value}`{m}` here](https://example.org).", fate=SHOWN)
        yield fixed(
            "a role in a list", "- one {value}`{m}`\n- two\n  1. {value}`{m}`", "> {value}`{m}` say they", fate=SHOWN
        )
        yield fixed(
            "words as code",
            ("    {value}`{m}`", "four spaces"),
            ("```\n{value}`{m}`\n```", "```"),
            ("~~~ text\n5% more\n~~~", "~~~"),
            ("``{value}`{m}` ``", "as typed"),
            ('See [here](https://example.org "5% more").', "5% more"),
        )
        yield fixed("a role in code", "`{value}`{m}``", "``{value}`{m}` ``", "    {value}`{m}`", fate=EITHER)
        yield fixed(
            "a role over two lines",
            "It {improved}`is\nbetter <family-help-in-time>` now.",
            "Words {quoted}`from\nelsewhere <Family team, diary\nof 2026>`.",
            fate=SHOWN,
        )
        yield fixed("a name over two lines", ("It is {value}`family-\nhelp-in-time` now.", "'family- help-in-time'"))
        yield fixed(
            "words against the claim",
            ("It {improved}`got worse <family-help-in-time>`.", "got worse"),
            ("It {got-worse}`improved <ready-for-reception>`.", "improved"),
            ("It {better-than}`is worse than Madeland <family-help-in-time>`.", "worse than"),
            ("It {improved}`is no better <family-help-in-time>`.", "'no'"),
            ("It {improved}`failed to improve <family-help-in-time>`.", "'failed to'"),
            ("It {improved}`improved by 99 <family-help-in-time>`.", "99"),
            ("It {improved}`is as it is <family-help-in-time>`.", "as it is"),
            ("It {off-target}`is on target <family-help-in-time>`.", "on target"),
            ("It {improved}`improved by ten points <family-help-in-time>`.", "'by ten'"),
            ("It {improved}`improved in November <family-help-in-time>`.", "November"),
            ("It {highest}`is worst <ready-for-reception>`.", "'worst'"),
            ("It {lowest}`is best <ready-for-reception>`.", "'best'"),
            ("It {lowest-since}`is at a record low <ready-for-reception>`.", "no record"),
        )
        yield fixed(
            "a claim turned round",
            ("It has not {improved}`improved <family-help-in-time>`.", "'not'"),
            ("It never {improved}`improved <family-help-in-time>`.", "'never'"),
            ("It hardly {improved}`improved <family-help-in-time>`.", "'hardly'"),
        )
        yield fixed(
            "a false claim",
            ("It {got-worse}`family-help-in-time`.", "do not bear out"),
            ("It {improved}`ready-for-reception`.", "do not bear out"),
            ("It is {on-target}`family-help-in-time`.", "do not bear out"),
            ("It is {worse-than}`family-help-in-time`.", "do not bear out"),
            ("Its {definition-changed}`family-help-in-time`.", "do not bear out"),
            ("It is {highest}`ready-for-reception/copperlea`.", "do not bear out"),
        )
        yield fixed(
            "a claim about another ward",
            ("It is {highest}`highest in Copperlea <ready-for-reception>`.", "Copperlea"),
            ("It {got-worse}`got worse in Dunmade <ready-for-reception>`.", "Dunmade"),
            ("It {got-worse}`got worse in Madeland <ready-for-reception>`.", "Madeland"),
            ("It is {better-than}`better than Madeshire <family-help-in-time>`.", "Madeshire"),
        )
        yield fixed(
            "quoted without a source",
            ("There are {quoted}`40 families`.", "source"),
            ("There are {quoted}`40 families <>`.", "source"),
            ("There are {quoted}`40 families <us>`.", "'us'"),
            ("There are {quoted}`<Family hubs, diary>`.", "source"),
            ("There are {quoted}`40 families <2026>`.", "'2026'"),
        )
        yield fixed(
            "a wrong option",
            ("It is {value}`{m}, sinse 2020`.", "'sinse 2020'"),
            ("It is {value}`{m}, since 2020`.", "'since'"),
            ("It is {value}`{m}, since`.", "'since'"),
            ("It is {target}`family-help-in-time, decimals 1`.", "'decimals'"),
        )
        yield fixed(
            "a huge number",
            ("It is {value}`{m}, decimals 99999999999`.", "99999999999"),
            ("It is {value}`{m}, decimals -1`.", "-1"),
            ("It is {first-above}`family-help-in-time, above 1e999`.", "1e999"),
            ("It is {first-above}`family-help-in-time, above nan`.", "nan"),
            ("It is {first-below}`family-help-in-time, below inf`.", "inf"),
            ("It is {first-above}`family-help-in-time, above " + "9" * 5000 + "`.", "999"),
            ("It is {first-above}`family-help-in-time, above`.", "above"),
        )
        yield fixed(
            "a role that needs more",
            ("It is {first-above}`family-help-in-time`.", "above"),
            ("It is {value}`family-help-in-time/madeland/madeshire/2020/2021, decimals 0`.", "family-help-in-time"),
            ("It is {gap}`family-help-in-time`.", "gap"),
            ("It is {target}`parents-finish-course`.", "target"),
            ("It is {value}``.", ""),
            ("It is {value}` `.", ""),
            ("It is {value}`,`.", ""),
            ("It is {value}`/`.", ""),
            ("It is {value}`<>`.", ""),
            ("It is {value}`x <y> z`.", ""),
        )
        yield of("a withheld figure", lambda r: (f"It is {{value}}`{r.choice(self.withheld)}`.", "withheld"))
        yield of("no figure", lambda r: (f"It is {{value}}`{r.choice(self.without)}`.", "has no figure"))
        yield fixed(
            "a wrong count",
            ("Of {count}`imprving` measures.", "'imprving'"),
            ("Of {count}`improving, in po9` measures.", "po9"),
            ("Of {count}`5 worse <improving>` measures.", "worse"),
            ("Of {report}`perod` now.", "'perod'"),
            ("Of {value}`this` now.", "'this'"),
        )
        yield fixed(
            "recheck by hand",
            ("It {recheck}`fell: dropped <family-help>`.", "family-help"),
            ("It {recheck}`dropped <x>`.", "new-period"),
        )
        yield fixed(
            "look-alike letters",
            "It is {vаlue}`{m}` now.",  # the first a is Cyrillic
            "It is {value}`family-help-in-tіme` now.",
            "It is \u202e{value}`{m}` now.",
            "It is {value}`{m}\u200b` now.",
            "It is {VALUE}`{m}` now.",
            fate=EITHER,
        )
        yield fixed("bold, lists and dashes", "Words – **and** *more*:\n\n- 'one'\n- “two”", fate=SHOWN)
        deep = (">", "[", "*", "`", "{", "(", "- ", "#", "1. ", "_", "~", "<", "&", "![", "> - ", "**_")
        yield fixed("deep nesting", *(mark * (10_000 // len(mark)) + " x" for mark in deep), fate=EITHER)
        many = (
            '{a}`"', "<a", "{value}`m <", "[a](", "**a*", "&amp", "a* ", "1 ", "e.g. ", "`` ` ", "\\", "it rose. ",
            "{quoted}`a <", "in March ", "Copperlea ", "a\n", "- a\n", "|a", "<!--", "[x]: y\n", "not ", "more ",
        )  # fmt: skip
        yield fixed("the same again and again", *(mark * (20_000 // len(mark)) for mark in many), fate=EITHER)
        yield fixed("the same again and again", *(mark * (45_000 // len(mark)) for mark in many), fate=EITHER)
        yield fixed("many roles", "{value}`{m}` " * 100, "{fell}`{m}` " * 100, "{valve}`{m}` " * 1000, fate=EITHER)
        yield fixed("very long words", "word " * 9_000, "w" * 45_000, fate=EITHER)

    # --- in the front matter -----------------------------------------------------------------------------------

    def _heads(self) -> Iterator[tuple[str, Maker]]:
        lines = FRONT.splitlines()

        def of(kind: str, *cases: tuple[list[str], int, str], fate: str = REFUSED) -> tuple[str, Maker]:
            def maker(random: Random) -> Mistake:
                head, line, names = random.choice(cases)
                return Mistake(kind, text("Words.", front="\n".join(head) + "\n"), fate, line, names)

            return kind, maker

        def put(at: int, line: str) -> list[str]:
            return [*lines[:at], line, *lines[at + 1 :]]

        def more(*added: str) -> list[str]:
            return [*lines[:4], *added, "---"]

        keys = ("author_role", "status", "written")
        yield of("a key missing", *(([*lines[:n], *lines[n + 1 :]], 0, keys[n - 1]) for n in (1, 2, 3)))
        yield "a key misspelt", self._misspelt_key
        yield of(
            "a value of the wrong kind",
            (put(1, "author_role: 5"), 2, "author_role"),
            (put(1, "author_role:"), 2, "author_role"),
            (put(1, "author_role: yes"), 2, "author_role"),
            (put(2, "status: final"), 3, "'final'"),
            (put(2, "status: Draft!"), 3, "'Draft!'"),
            (put(2, "status:"), 3, "status"),
            (put(3, "written: 20/10/2026"), 4, "20/10/2026"),
            (put(3, "written: 2026-13-45"), 4, "2026-13-45"),
            (put(3, "written: yesterday"), 4, "yesterday"),
            (put(3, "written: 99999999999999999999"), 4, "written"),
            (put(3, "written: 2026"), 4, "written"),
            (more("follows: spring"), 5, "follows"),
            (more("generated: perhaps"), 5, "generated"),
            (more("reviewed: 2026-11-12"), 0, "reviewed_by"),
            (more("approved_by: performance"), 0, "approved"),
        )
        yield of(
            "curly quotes",
            (put(2, "status: “draft”"), 3, "curly"),
            (put(1, "author_role: ‘performance’"), 2, "curly"),
            (put(1, "“author_role”: performance"), 2, "curly"),
        )
        yield of(
            "no YAML",
            (put(2, "status draft"), 3, "status draft"),
            (put(2, "status: [draft"), 3, "[draft"),
            (put(2, "status: 'draft"), 0, ""),
            (put(2, "- status: draft"), 3, "- status"),
            (put(2, "status: draft: yes"), 3, ""),
            (put(2, "status = draft"), 3, "status = draft"),
            (put(2, "\tstatus: draft"), 0, ""),
            (put(2, "  status: draft"), 0, ""),
            (put(2, "status: draft\n..."), 4, "..."),
            (put(2, "%YAML 1.1"), 3, "%YAML"),
            (["---", "draft", "---"], 2, "draft"),
            (["---", "---"], 0, "author_role"),
            (["---", "# only a remark", "---"], 0, "author_role"),
        )
        yield of("a tab", (put(2, "status:\tdraft"), 0, ""), fate=EITHER)
        yield of("a key twice", (more("status: approved"), 5, "status"), (more("written: 2026-11-11"), 5, "written"))
        bomb = ["a: &a [x, x]", *(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(20))]
        yield of(
            "YAML that does more",
            (more(*bomb), 5, "a: &a"),
            (more("a: &a [*a]"), 5, "a: &a"),
            (more("x: !!python/object/apply:os.system ['echo']"), 5, "!!python"),
            (more("x: !!python/name:os.system"), 5, "!!python"),
            (put(1, "author_role: &me performance"), 2, "&me"),
            (put(1, "author_role: !!binary cGVyZg=="), 2, "!!binary"),
            (more("<<: *me"), 5, "<<"),
            (more("x: |", "  words"), 5, "x: |"),
            (more("x: " + "[" * 5000), 5, "x: ["),
            (more("x: " + "{a: " * 2000), 5, "x: {"),
            (more("? x", ": y"), 5, "? x"),
        )
        yield of(
            "a person for a role",
            (put(1, "author_role: Jo Smith"), 2, "'Jo Smith'"),
            (put(1, "author_role: performanse"), 2, "'performanse'"),
            (more("reviewed_by: J Smith", "reviewed: 2026-11-12"), 5, "'J Smith'"),
        )
        yield of(
            "no end of the front matter", (lines[:4], 1, "---"), (["----", *lines[1:]], 1, "---"), (lines[1:], 1, "---")
        )
        yield of(
            "steps out of order",
            (put(2, "status: approved"), 0, "approved"),
            (put(2, "status: reviewed"), 0, "reviewed"),
        )
        yield of(
            "approved before it was written",
            (
                [*put(2, "status: approved")[:4], "approved_by: performance", "approved: 2020-01-01", "---"],
                0,
                "2020-01-01",
            ),
        )
        yield "approved with unbound words", self._approved

    def _misspelt_key(self, random: Random) -> Mistake:
        at = random.choice((1, 2, 3))
        lines = FRONT.splitlines()
        key, _, value = lines[at].partition(":")
        wrong = misspell(random, key, (key,))
        front = "\n".join([*lines[:at], f"{wrong}:{value}", *lines[at + 1 :]]) + "\n"
        return Mistake("a key misspelt", text("Words.", front=front), REFUSED, at + 1, f"'{wrong}'")

    def _approved(self, random: Random) -> Mistake:
        front = FRONT.replace("draft", "approved").replace(
            "---\n", "---\napproved_by: performance\napproved: 2026-11-12\n", 1
        )
        unbound = ("5", "£1,200", "33%", "November", "rose", "3 March", "higher", "improved", "twice")
        word = random.choice(unbound)
        return Mistake(
            "approved with unbound words", text(f"It is {word} now.", front=front), REFUSED, LINE + 2, f"'{word}'"
        )

    # --- among the sections ------------------------------------------------------------------------------------

    def _structure(self) -> Iterator[tuple[str, Maker]]:
        def of(kind: str, *cases: tuple[str, int, str], fate: str = REFUSED) -> tuple[str, Maker]:
            def maker(random: Random) -> Mistake:
                body, line, names = random.choice(cases)
                return Mistake(kind, (FRONT + body).encode(), fate, FIRST + line if line >= 0 else 0, names)

            return kind, maker

        good = "## Summary\n\nWords.\n"
        yield of(
            "an unknown heading",
            ("## Sumary\n\nWords.\n", 0, "Summary"),
            (good + "\n## Chalenges\n\nWords.\n", 4, "Challenges"),
            (good + "\n## redy-to-learn\n\nWords.\n", 4, "ready-to-learn"),
            (good + "\n## " + "x" * 3000 + "\n\nWords.\n", 4, "xxx"),
            (good + "\n## {value}`family-help-in-time`\n\nWords.\n", 4, "family-help-in-time"),
            (good + "\n##\n\nWords.\n", 4, "##"),
            (good + "\n## <b>Actions</b>\n\nWords.\n", 4, "Actions"),
        )
        yield of(
            "an unknown measure's heading",
            (good + "\n## ready-to-learn\n\n### redy-for-reception\n\nWords.\n", 6, "ready-for-reception"),
            (good + "\n## ready-to-learn\n\n### claimants\n\nWords.\n", 6, "'### claimants'"),
            (good + "\n### ready-for-reception\n\nWords.\n", 4, "below its outcome"),
        )
        yield of("no summary", ("## Challenges\n\nWords.\n", -1, "## Summary"))
        yield of(
            "an empty section",
            (good + "\n## Actions\n\n## Resources\n\nWords.\n", 4, "## Actions"),
            ("## Summary\n", 0, "## Summary"),
            (good + "\n## Actions\n\n% a remark\n", 4, "## Actions"),
            (good + "\n## Actions\n\n***\n", 4, "## Actions"),
        )
        yield of(
            "a section twice",
            (good + "\n## Actions\n\nWords.\n\n## Actions\n\nWords.\n", 8, "## Actions"),
            (good + "\n" + good, 4, "## Summary"),
            (
                good + "\n## ready-to-learn\n\nA.\n\n## All children start school ready to learn\n\nB.\n",
                8,
                "second time",
            ),
            (
                good + "\n## ready-to-learn\n\n### ready-for-reception\n\nA.\n\n### ready-for-reception\n\nB.\n",
                10,
                "second time",
            ),
        )
        yield of(
            "a heading of another level",
            ("# Summary\n\nWords.\n", 0, "# Summary"),
            (good + "\n#### Note {value}`family-help-in-time`\n\nWords.\n", 4, "#### Note"),
            (good + "\nTitle\n=====\n\nWords.\n", 4, "Title"),
        )
        yield of(
            "no space after the marks", (good + "\n##Actions\n\nWords.\n", 4, "##"), ("##Summary\n\nWords.\n", 0, "##")
        )
        yield of(
            "a heading in a list",
            (good + "\n- ## Actions\n\nWords.\n", 4, "heading"),
            (good + "\n> ## Actions\n\nWords.\n", 4, "heading"),
            (good + "\n1. words\n\n   ### ready-for-reception\n", 6, "heading"),
        )
        yield of(
            "text before the first heading",
            ("Words.\n\n" + good, 0, "## Summary"),
            ("- a list\n\n" + good, 0, "## Summary"),
            ("---\n\n" + good, 0, "## Summary"),
            (":::{voice}\n:::\n\n" + good, 0, "## Summary"),
        )
        yield of("no text", ("", -1, "no text"), ("\n \n\t\n", -1, "no text"))
        yield of(
            "remarks and rules",
            (good + "\n% a remark: {value}`nothing`\n\nMore words.\n\n+++\n\n***\n\nAnd more.\n", -1, ""),
            (good + "\n(a-target)=\n\nMore words.\n", -1, ""),
            (good + "\n| a | b |\n|---|---|\n| c | d |\n", -1, ""),
            (good + "\nWords[^1].\n\n[^1]: A note.\n", -1, ""),
            fate=EITHER,
        )

    # --- in what somebody said ---------------------------------------------------------------------------------

    def _voices(self) -> Iterator[tuple[str, Maker]]:
        at = FIRST + 6  # the line of :::{voice}

        def voice(said: dict[str, str], words: str = "They rang back.", mark: str = ":::") -> bytes:
            lines = "".join(f"{key}: {value}\n" for key, value in said.items())
            body = f"## Summary\n\nWords.\n\n## Voices\n\n{mark}{{voice}}\n---\n{lines}---\n{words}\n{mark}\n"
            return (FRONT + body).encode()

        def of(kind: str, *cases: tuple[bytes, int, str], fate: str = REFUSED) -> tuple[str, Maker]:
            return kind, lambda random: Mistake(kind, *_case(random.choice(cases), fate))

        def without(key: str) -> dict[str, str]:
            return {k: v for k, v in VOICE.items() if k != key}

        yield of("a voice without consent", *((voice(without(key)), -1, key) for key in VOICE))
        yield of(
            "a voice with a mistake",
            (voice(VOICE | {"kind": "neighbour"}), at + 3, "'neighbour'"),
            (voice(VOICE | {"consent_given": "in spring"}), at + 5, "in spring"),
            (voice(VOICE | {"de_identified_by": "Jo Smith"}), -1, "'Jo Smith'"),
            (voice(VOICE | {"consent": ""}), at + 4, "consent"),
            (voice(VOICE | {"name": "Jo Smith"}), at + 7, "'name'"),
            (voice(VOICE | {"who": "&a [*a]"}), at + 2, "&a"),
            (voice(VOICE | {"who": "!!python/name:os.system"}), at + 2, "!!python"),
            (voice(VOICE, ""), -1, "says nothing"),
            (voice(VOICE, "Of us {value}`family-help-in-time` were helped."), -1, "not bound"),
            (b"\n".join(voice(VOICE).splitlines()[:-1]) + b"\n", at, ":::{voice}"),
            (voice(VOICE).replace(b"{voice}", b"{voise}"), at, "{voise}"),
            (voice(VOICE).replace(b":::{voice}\n---", b":::{voice}\n--"), at, "what was agreed"),
            ((FRONT + "## Summary\n\nWords.\n\n## Voices\n\n:::{voice}\n:::\n").encode(), at, "what was agreed"),
        )
        yield of(
            "a voice with HTML",
            (voice(VOICE, "<script>alert(1)</script> <b>They</b> rang."), -1, ""),
            (voice(VOICE, "[here](javascript:alert(1)) ![x](https://example.org/x.png)"), -1, ""),
            (voice(VOICE | {"who": "<script>alert(1)</script>"}), -1, ""),
            (voice(VOICE | {"consent": '"\\"><img src=x onerror=alert(1)>"'}), -1, ""),
            (voice(VOICE | {"html": "<script>alert(1)</script>"}), -1, ""),
            (voice(VOICE, "# They\n\n> said\n\n```\ncode\n```"), -1, ""),
            (voice(VOICE, ">" * 9000 + " x"), -1, ""),
            fate=EITHER,
        )
        yield of(
            "a good voice",
            (voice(VOICE), -1, ""),
            (voice(VOICE | {"who": "a father’s friend"}, "They *rang*."), -1, ""),
            (voice(VOICE, "They rang.", "::::"), -1, ""),
            fate=SHOWN,
        )

    # --- in the file itself ------------------------------------------------------------------------------------

    def _files(self) -> Iterator[tuple[str, Maker]]:
        good = text("Words.").decode()

        def of(kind: str, *cases: tuple[bytes, int, str], fate: str = REFUSED) -> tuple[str, Maker]:
            return kind, lambda random: Mistake(kind, *_case(random.choice(cases), fate))

        yield of(
            "not UTF-8",
            (text("Word\xe9s £5.", encoding="cp1252"), LINE, "UTF-8"),
            (text("It is \u201cfine\u201d \u2013 now.", encoding="cp1252"), LINE, "UTF-8"),
            (good.encode("utf-16"), 1, "UTF-8"),
            (good.encode("utf-16-le"), 1, ""),
            (good.encode("utf-32"), 1, "UTF-8"),
            (b"PK\x03\x04" + bytes(range(256)), 1, ""),
        )
        yield of(
            "a character that no text has",
            (text("Word\x00s."), LINE, "0x0000"),
            (text("Word\x1b[31ms."), LINE, "0x001b"),
            (text("Word\x0cs."), LINE, "0x000c"),
            (text("Word\u2028s."), LINE, "0x2028"),
            (text("Words.").replace(b"status", b"sta\x00tus"), 3, "0x0000"),
        )
        yield of(
            "line ends and marks of other systems",
            (b"\xef\xbb\xbf" + good.replace("\n", "\r\n").encode(), -1, ""),
            (good.replace("\n", "\r").encode(), -1, ""),
            (good.replace("\n", "\r\n", 3).encode(), -1, ""),
            (good.rstrip("\n").encode(), -1, ""),
            (good.encode() + b"\n" * 500, -1, ""),
            fate=SHOWN,
        )
        spoilt = text("It is {value}`nothing`.").decode()
        yield of(
            "a mistake among other line ends",
            (spoilt.replace("\n", "\r\n").encode(), LINE, "'nothing'"),
            (spoilt.replace("\n", "\r").encode(), LINE, "'nothing'"),
            (b"\xef\xbb\xbf" + spoilt.encode(), LINE, "'nothing'"),
        )
        yield of(
            "nothing at all", (b"", 1, "does not begin"), (b"\n", 1, "does not begin"), (b"Words.", 1, "does not begin")
        )
        yield of(
            "too much",
            (text("{value}`family-help-in-time` " * 100_000), 1, "bytes"),
            (text("word " * 1_000_000), 1, "bytes"),
        )


def _case(case: tuple[bytes, int, str], fate: str) -> tuple[bytes, str, int, str]:
    content, line, names = case
    return content, fate, max(line, 0), names


def text(words: str, *, front: str = FRONT, encoding: str = "utf-8") -> bytes:
    """A good text but for its summary, which stands in LINE."""
    return f"{front}## Summary\n\n{words}\n{END}".encode(encoding)


def misspell(random: Random, word: str, known: object) -> str:
    """A slip of the finger: a letter left out, doubled, changed or swapped with the next; never another known word."""
    letters = "abcdefghijklmnoprstuvw"
    while True:
        at = random.randrange(len(word) - 1)
        wrong = random.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + random.choice(letters) + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            )
        )
        if wrong != word and wrong not in known and "=" not in wrong:  # type: ignore[operator]
            return wrong
