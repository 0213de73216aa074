//! The codes and their explanations.

codes! {
    SYNTAX "WB101"
        "This is not TOML"
        "A scenario is a TOML 1.0 file: `key = value`, one a line; text in straight quotes; tables begin with `[name]`, entries of a list with `[[name]]`. An amount with a unit is text and stands in quotes."
        r#"[[node]]
name = "hub"
yard = 12 t"#
        r#"[[node]]
name = "hub"
yard = "12 t""#
    SHAPE "WB103"
        "A table stands where something else is meant"
        "There are single tables, such as `[time]`, and lists of entries, such as `[[node]]`, with double brackets even where there is just one."
        r#"[node]
name = "hub""#
        r#"[[node]]
name = "hub""#
    UNKNOWN_KEY "WB104"
        "Unknown key"
        "Every key that a table may have is known; any other is a mistake, as nobody would read it. The message lists the keys of the table; docs/scenario.md says what each of them means."
        r#"[[item]]
name = "shell"
mas = "45 kg""#
        r#"[[item]]
name = "shell"
mass = "45 kg""#
    MISSING_KEY "WB105"
        "A key is missing"
        "Some keys have no default that a planner could mean, so they have to be said."
        r#"[[leg]]
from = "a"
to = "b""#
        r#"[[leg]]
from = "a"
to = "b"
transit = "4h""#
    EXCLUSIVE "WB106"
        "Two keys that stand in place of one another"
        "Some keys say the same thing in two ways, such as `on` (one, dated) and `arrivals` (a stream). Only one of them may be there. A variant that says one drops the other one of its base."
        r#"[[pledge]]
name = "gift"
amount = "5 M USD"
on = 2025-01-05
arrivals = { every = "5d" }"#
        r#"[[pledge]]
name = "gift"
amount = "5 M USD"
on = 2025-01-05"#
    NAME "WB107"
        "This cannot be a name"
        "Names hold letters, digits, `-` and `_`. There is no dot and no blank in them, as they are parts of paths: `stations.hub-pl.receipt`. `out` and `fastest` have a meaning of their own."
        r#"[[node]]
name = "Hub Poland""#
        r#"[[node]]
name = "hub-poland""#
    DUPLICATE "WB108"
        "Two entries have one name"
        "A name means one thing of its kind. Requirements, pledges, consignments and journals share their names, because chance goes by name."
        r#"[[item]]
name = "shell"

[[item]]
name = "shell""#
        r#"[[item]]
name = "shell"

[[item]]
name = "shell-2""#
    SET "WB109"
        "A `--set` cannot be understood"
        "A set is the path of a key, an equals sign and a value: table, name, key. The value is TOML, or text where that does not parse."
        "waybill run s.toml --set servers"
        "waybill run s.toml --set node.hub-pl.step.receipt.servers=8"
    EXTENDS "WB110"
        "A variant does not fit its base"
        "`extends` names the file or files that a file is a variant of. They must not lead back to the file itself, and `remove = true` needs an entry of that name in one of them."
        r#"[[node]]
name = "hub"
remove = true"#
        r#"extends = "base.toml"

[[node]]
name = "hub"
remove = true"#
    SIZE "WB111"
        "Too much for one scenario"
        "A scenario file may have 100 MB, and a scenario a million entries with their copies; a table of values and a journal a million rows."
        r#"[[node]]
name = "hub"
copies = 1000000

[[node]]
name = "depot"
copies = 1000000"#
        r#"[[node]]
name = "hub"
copies = 7"#
    TYPE "WB201"
        "A value of another type"
        "Text stands in quotes; whole numbers, `true` and `false`, dates, lists and tables do not."
        r#"[[item]]
name = "shell"
lot = "20""#
        r#"[[item]]
name = "shell"
lot = 20"#
    AMOUNT "WB202"
        "This is no amount"
        "An amount is a number and a unit: times in s, min, h, d, week; masses in kg, t; sums in a currency with k, M or bn before it. A month and a year have no fixed length and are no units."
        r#"[[leg]]
from = "a"
to = "b"
transit = "3 days""#
        r#"[[leg]]
from = "a"
to = "b"
transit = "3d""#
    RANGE "WB203"
        "Out of range"
        "The value has the right type, but no run could mean it: a share above one, a negative time, no server at all."
        r#"[[item]]
name = "shell"
mass = "-45 kg""#
        r#"[[item]]
name = "shell"
mass = "45 kg""#
    OVERFLOW "WB204"
        "Too large to count"
        "Times are counted in seconds, masses in kilograms and money in minor units, in 64 bits. That is enough for 92 quadrillion of them; times end after about 17,000 years."
        r#"[[item]]
name = "shell"
mass = "99999999999999999999 t""#
        r#"[[item]]
name = "shell"
mass = "45 kg""#
    DATE "WB205"
        "This is no date"
        "Dates are TOML dates: ISO 8601 without quotes, with or without a time, UTC where no offset is given, in whole seconds."
        r#"[[pledge]]
name = "gift"
amount = "5 M USD"
on = "2025-01-05""#
        r#"[[pledge]]
name = "gift"
amount = "5 M USD"
on = 2025-01-05"#
    WORD "WB206"
        "Not one of the words that may stand here"
        "Some keys take one of a few words. The message lists them."
        r#"[[node]]
name = "hub"
kind = "warehouse""#
        r#"[[node]]
name = "hub"
kind = "hub""#
    LAW "WB207"
        "This distribution cannot be drawn from"
        "A distribution is a table with one form, such as exponential, lognormal, triangular, uniform, empirical, weights or mixture, and perhaps `least` and `most`. Its parameters have ranges: low, mode and high ascend, a cv is from 0.01 to 20."
        r#"[[leg]]
from = "a"
to = "b"
transit = { triangular = { low = "3d", mode = "1d", high = "5d" } }"#
        r#"[[leg]]
from = "a"
to = "b"
transit = { triangular = { low = "1d", mode = "3d", high = "5d" } }"#
    CURRENCY "WB208"
        "This currency cannot stand here"
        "A currency is three capital letters. Sums are in the home currency (`currency` in `[money]`, USD by default); the amount of a pledge may be in any currency that has a rate."
        r#"[[item]]
name = "shell"
value = "3 k EUR""#
        r#"[[item]]
name = "shell"
value = "3 k USD""#
    WEIGHTS "WB209"
        "These are no weights"
        "Weights are numbers above zero, one for each value; only their proportion counts. What should never come is left out."
        r#"[[node]]
name = "port"
next = { weights = { out = 0 } }"#
        r#"[[node]]
name = "port"
next = { weights = { out = 1 } }"#
    HOURS "WB210"
        "These are no opening hours"
        r#"Hours are days and times, UTC: "Mon-Fri 08:00-16:00". Several stand in a list; 24:00 ends a day; hours over midnight belong to the day they begin on."#
        r#"[[node]]
name = "hub"
hours = "8-16""#
        r#"[[node]]
name = "hub"
hours = "Mon-Fri 08:00-16:00""#
    UNIT "WB211"
        "The unit does not fit"
        "What a key measures is fixed: `transit` is a time, `mass` a mass, `amount` a sum of money. A bare number is a count or a factor; everything else carries its unit in quotes."
        r#"[[leg]]
from = "a"
to = "b"
transit = "12 t""#
        r#"[[leg]]
from = "a"
to = "b"
transit = "12h""#
    ORDER "WB212"
        "Dates in the wrong order"
        "The end comes after the start, the warm-up is shorter than the run, and no two changes of `servers` begin at once."
        r#"[time]
start = 2025-01-01
end = 2024-01-01"#
        r#"[time]
start = 2025-01-01
end = 2026-01-01"#
    REFERENCE "WB301"
        "A reference to nothing"
        "A value names an entry that is not there. The message lists those that are. An entry with `copies` is there under the names of its copies: `hub-1`, `hub-2`."
        r#"[[item]]
name = "shell"

[[node]]
name = "depot"

[[stock]]
name = "shells"
item = "shel"
at = "depot""#
        r#"[[item]]
name = "shell"

[[node]]
name = "depot"

[[stock]]
name = "shells"
item = "shell"
at = "depot""#
    UNREACHED "WB302"
        "Nothing reaches a node"
        "No stream enters there, no goods begin there, and no route leads there. Often a `next` or a leg names another node than was meant. A headquarters is reached by requirements and needs no route."
        r#"[[consignment]]
name = "trucks"
enters = "hub"
on = 2025-01-05

[[node]]
name = "hub"

[[node]]
name = "depot""#
        r#"[[consignment]]
name = "trucks"
enters = "depot"
on = 2025-01-05

[[node]]
name = "hub"

[[node]]
name = "depot"
next = "hub""#
    CIRCLE "WB303"
        "Goods go round for ever"
        "From some node on, no route leads to a handover node or out of the model. Loops are allowed, but there must be a way out of them."
        r#"[[consignment]]
name = "trucks"
enters = "a"
on = 2025-01-05

[[node]]
name = "a"
next = "b"

[[node]]
name = "b"
next = "a""#
        r#"[[consignment]]
name = "trucks"
enters = "a"
on = 2025-01-05

[[node]]
name = "a"
next = "b"

[[node]]
name = "b"
next = { weights = { a = 1, out = 9 } }"#
    ENDLESS "WB304"
        "An endless source in a run without end"
        "Without `end` a run lasts until every source is exhausted. A stream by `poisson` or `every` without `count` never is."
        r#"[time]
start = 2025-01-01

[[consignment]]
name = "trucks"
enters = "a"
arrivals = { poisson = "2/d" }

[[node]]
name = "a""#
        r#"[time]
start = 2025-01-01
end = "90d"

[[consignment]]
name = "trucks"
enters = "a"
arrivals = { poisson = "2/d" }

[[node]]
name = "a""#
    NEVER_FITS "WB305"
        "A consignment can never fit"
        "A single consignment can be heavier than a yard that it has to enter, or than any departure of a leg on its way. It would wait for ever. An item's `lot` limits its consignments."
        r#"[[consignment]]
name = "tanks"
enters = "hub"
mass = "60 t"
on = 2025-01-05

[[node]]
name = "hub"
yard = "40 t""#
        r#"[[consignment]]
name = "tanks"
enters = "hub"
mass = "60 t"
on = 2025-01-05

[[node]]
name = "hub"
yard = "400 t""#
    MECHANISM "WB306"
        "The mechanism has no such kind, stage or key"
        "`kind` chooses a set of rules with fixed stages; some of them have a time in `[mechanism.stages]`, others last as long as money or stock takes. Kinds that pool no money have no keys about packages. `waybill mechanisms` lists kinds and stages."
        r#"[[mechanism]]
name = "gifts"
kind = "donation"
stages = { aproval = "3d" }"#
        r#"[[mechanism]]
name = "gifts"
kind = "donation"
stages = { approval = "3d" }"#
    NO_POOL "WB307"
        "Pledges to a mechanism that pools no money"
        "Pledges go to a mechanism of a kind that pools money, such as `package`. Where there is just one, `to` may be left out."
        r#"[[mechanism]]
name = "gifts"
kind = "donation"

[[pledge]]
name = "norway-1"
to = "gifts"
amount = "5 M USD"
on = 2025-01-05"#
        r#"[[mechanism]]
name = "purl"
kind = "package"
size = "5 M USD"

[[pledge]]
name = "norway-1"
to = "purl"
amount = "5 M USD"
on = 2025-01-05"#
    DESTINATION "WB308"
        "No destination, or no way to it"
        "Goods of a requirement go to its `to`, else to the only node of kind `handover`. Without either, or where no route leads there, they could never be delivered."
        r#"[[consignment]]
name = "trucks"
enters = "a"
to = "b"
on = 2025-01-05

[[node]]
name = "a"
next = "out"

[[node]]
name = "b""#
        r#"[[consignment]]
name = "trucks"
enters = "a"
to = "b"
on = 2025-01-05

[[node]]
name = "a"
next = "b"

[[node]]
name = "b""#
    HQ "WB309"
        "The headquarters does not fit"
        r#"Requirements pass the only node of kind `hq`; where there are several, the requirement says which: `hq = "..."`. Its steps are called validation, ranking, matching and movement; those that are missing take no time."#
        r#"[[node]]
name = "sag-u"
kind = "hq"

[[node.step]]
name = "valdation""#
        r#"[[node]]
name = "sag-u"
kind = "hq"

[[node.step]]
name = "validation""#
    ORIGIN "WB310"
        "Nobody says where the goods stand"
        "Goods of a requirement begin at its `origin`, else at the origin of the mechanism that it goes `via`."
        r#"[[item]]
name = "shell"

[[node]]
name = "border"
kind = "handover"

[[requirement]]
name = "shells"
item = "shell"
on = 2025-01-05"#
        r#"[[item]]
name = "shell"

[[node]]
name = "border"
kind = "handover"

[[requirement]]
name = "shells"
item = "shell"
origin = "border"
on = 2025-01-05"#
    NEEDS "WB311"
        "A key needs another one"
        "Some keys say nothing alone: `when_full` needs a `yard`, `divert` needs `divert_to`, `quantity` needs an `item`."
        r#"[[node]]
name = "hub"
yard = 40
when_full = "divert""#
        r#"[[node]]
name = "hub"
yard = 40
when_full = "divert"
divert_to = "hub-2""#
    STRIKES "WB312"
        "A disruption strikes nothing"
        "`strikes` names a node, a step as `node.step`, a leg, a mechanism, or a stage as `mechanism.stage`."
        r#"[[node]]
name = "hub"

[[disruption]]
name = "strike"
strikes = "hbu"
on = 2025-01-05"#
        r#"[[node]]
name = "hub"

[[disruption]]
name = "strike"
strikes = "hub"
on = 2025-01-05"#
    AMBIGUOUS "WB313"
        "A name that means several things"
        "Entries of different kinds may share a name, but then a value that could mean either of them is not clear."
        r#"[[item]]
name = "radar"
family = "radar"

[[mechanism]]
name = "purl"
kind = "package"
size = "5 M USD"

[[pledge]]
name = "norway-1"
amount = "5 M USD"
on = 2025-01-05
earmark = "radar""#
        r#"[[item]]
name = "radar"
family = "radar"

[[mechanism]]
name = "purl"
kind = "package"
size = "5 M USD"

[[pledge]]
name = "norway-1"
amount = "5 M USD"
on = 2025-01-05
earmark = { item = "radar" }"#
    ROUTE "WB317"
        "A route to nowhere"
        r#"`next` is a node, a leg that begins here, `"out"`, `"fastest"`, or weights of these."#
        r#"[[node]]
name = "port"
next = "hbu"

[[node]]
name = "hub""#
        r#"[[node]]
name = "port"
next = "hub"

[[node]]
name = "hub""#
    FILE "WB401"
        "A file cannot be read"
        "The scenario, a base, a journal or a table of values is not there, is a folder, is no UTF-8 text, is too large, or may not be read. Paths are relative to the file that says them."
        r#"[[journal]]
file = "no-such-folder/ledger.csv"
form = "purl-ledger""#
        r#"[[journal]]
file = "ledger.csv"
form = "purl-ledger""#
    CSV "WB402"
        "A CSV file is broken"
        "A journal is a CSV file with a header; each row has as many fields as the header, and fields with commas stand in double quotes."
        r#"date,party,amount
2025-08-04,Denmark, Norway,500"#
        r#"date,party,amount
2025-08-04,"Denmark, Norway",500"#
    COLUMN "WB403"
        "A column is not there"
        "The names of columns must be those of the file's header, letter by letter."
        r#"[[journal]]
file = "small.csv"
columns = { date = "dya" }"#
        r#"[[journal]]
file = "small.csv"
columns = { date = "day" }"#
    MAPPING "WB404"
        "Nobody says what a journal means"
        "A journal has a known `form`, or `[journal.columns]` that say what each column is; and where it has a column of kinds, `[journal.kinds]` that say what its words mean."
        r#"[[journal]]
file = "small.csv""#
        r#"[[journal]]
file = "small.csv"
columns = { date = "day", amount = "sum" }"#
    LOAD "WB501"
        "More is offered than can be handled"
        "On average more comes to a step or a leg than it can take, so its backlog grows as long as that lasts. This is a warning: a run shows how fast. The load counts mean arrivals, routes, repeats, hours and servers; not outages."
        r#"[[consignment]]
name = "trucks"
enters = "hub"
arrivals = { poisson = "30/d" }

[[node]]
name = "hub"

[[node.step]]
name = "receipt"
servers = 4
time = "5h""#
        r#"[[consignment]]
name = "trucks"
enters = "hub"
arrivals = { poisson = "30/d" }

[[node]]
name = "hub"

[[node.step]]
name = "receipt"
servers = 8
time = "5h""#
    JUMP "WB502"
        "A node is reached at once"
        "`next` names a node that no leg leads to, so goods are there at once. That is right inside one place; else a leg is missing."
        r#"[[node]]
name = "port"
next = "hub"

[[node]]
name = "hub""#
        r#"[[node]]
name = "port"
next = "hub"

[[node]]
name = "hub"

[[leg]]
from = "port"
to = "hub"
transit = "4h""#
    LEAVES "WB503"
        "Goods leave where legs lead on"
        "A node without `next` sends goods towards their destination. Where they have none and several legs lead on, nobody says which, and they leave the model."
        r#"[[consignment]]
name = "trucks"
enters = "a"
on = 2025-01-05

[[node]]
name = "a"

[[node]]
name = "b"

[[leg]]
from = "a"
to = "b"
transit = "4h"

[[leg]]
from = "a"
to = "b"
mode = "rail"
transit = "4h"

[[consignment]]
name = "vans"
enters = "b"
on = 2025-01-05"#
        r#"[[consignment]]
name = "trucks"
enters = "a"
on = 2025-01-05

[[node]]
name = "a"
next = "b"

[[node]]
name = "b"

[[leg]]
from = "a"
to = "b"
transit = "4h"

[[leg]]
from = "a"
to = "b"
mode = "rail"
transit = "4h""#
    UNUSED "WB504"
        "Nothing uses an entry"
        "An item, a mechanism or a leg is there, but no stream, stock or route has to do with it. It changes no figure."
        r#"[[item]]
name = "shell""#
        r#"[[item]]
name = "shell"

[[node]]
name = "depot"

[[stock]]
name = "shells"
item = "shell"
at = "depot""#
    REJECTED "WB505"
        "Rows of a journal cannot be used"
        "A row of unmapped kind, without its amount or with a bad date becomes a recorded rejection: the run goes on without it, and rows in = events + rejections + checkpoints."
        r#"event_date,event,amount_usd_m
2026-02-12,pledge,"#
        r#"event_date,event,amount_usd_m
2026-02-12,pledge,250"#
    IDLE "WB506"
        "Nothing comes"
        "The scenario has no stream and no journal, so nothing will happen. That is right for a base that variants extend."
        r#"[[node]]
name = "hub""#
        r#"[[node]]
name = "hub"

[[consignment]]
name = "trucks"
enters = "hub"
on = 2025-01-05"#
    LATE "WB507"
        "Nothing comes of it within the run"
        "All dates of a stream, or the beginning of a disruption, are at the end of the run or later; or a stream has no dates at all."
        r#"[[consignment]]
name = "trucks"
enters = "hub"
arrivals = { at = [] }

[[node]]
name = "hub""#
        r#"[[consignment]]
name = "trucks"
enters = "hub"
arrivals = { at = [2025-01-05] }

[[node]]
name = "hub""#
}
