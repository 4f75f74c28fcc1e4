# The newest release in a registry's document that satisfies $range, as npm reads ranges:
# "version integrity tarball", nothing when there is none, "invalid" when it is no range.
# Pre-releases are never chosen.

def digits: if . == null or test("^[xX*]$") then null else tonumber end;

# "1.2.x" as [1, 2, null]; fails on what is no version
def partial:
  capture("^[v=]*(?<a>[0-9]+|[xX*])?(\\.(?<b>[0-9]+|[xX*]))?(\\.(?<c>[0-9]+|[xX*]))?([-+][0-9A-Za-z.+-]*)?$")
  // error("invalid")
  | [.a, .b, .c] | map(digits)
  | if .[0] == null then [null, null, null] elif .[1] == null then [.[0], null, null] else . end;

def floor_of: map(. // 0);

# The first version after all that a partial one stands for; null: there is none.
def after:
  if .[0] == null then null
  elif .[1] == null then [.[0] + 1, 0, 0]
  elif .[2] == null then [.[0], .[1] + 1, 0]
  else [.[0], .[1], .[2] + 1] end;

def caret_end:
  if .[0] == null then null
  elif .[0] > 0 or .[1] == null then [.[0] + 1, 0, 0]
  elif .[1] > 0 or .[2] == null then [.[0], .[1] + 1, 0]
  else [.[0], .[1], .[2] + 1] end;

def tilde_end: if .[1] == null then after else [.[0], .[1] + 1, 0] end;

# What a comparator allows: from "from" up to, not including, "to".
def nothing: { from: [0, 0, 0], to: [0, 0, 0] };
def comparator:
  capture("^(?<op>\\^|~>|~|>=|<=|>|<|=)?(?<version>.*)$")
  | .op as $op | (.version | partial) as $v
  | if $op == "^" then { from: ($v | floor_of), to: ($v | caret_end) }
    elif $op == "~" or $op == "~>" then { from: ($v | floor_of), to: ($v | tilde_end) }
    elif $op == ">=" then { from: ($v | floor_of), to: null }
    elif $op == ">" then (if ($v | after) == null then nothing else { from: ($v | after), to: null } end)
    elif $op == "<" then { from: [0, 0, 0], to: ($v | floor_of) }
    elif $op == "<=" then { from: [0, 0, 0], to: ($v | after) }
    else { from: ($v | floor_of), to: ($v | after) } end;

def hyphen:
  capture("^(?<low>\\S+)\\s+-\\s+(?<high>\\S+)$")
  | { from: (.low | partial | floor_of), to: (.high | partial | after) };

def alternative:
  gsub("^\\s+|\\s+$"; "")
  | if test("\\s-\\s") then [hyphen]
    else gsub("(?<op>[\\^~<>=]+)\\s+"; .op) | [splits("\\s+|,\\s*")] | map(comparator) end;

def allowed($alternatives):
  . as $version
  | any($alternatives[]; all(.[]; .from <= $version and (.to == null or $version < .to)));

try (
  ($range | if test("^(latest|current|node|stable)$") then "*" else . end
          | [splits("\\s*\\|\\|\\s*")] | map(alternative)) as $alternatives
  | [ .versions | to_entries[]
      | select(.key | test("^[0-9]+\\.[0-9]+\\.[0-9]+$"))
      | { numbers: (.key | split(".") | map(tonumber)), dist: .value.dist, version: .key }
      | select(.numbers | allowed($alternatives)) ]
  | max_by(.numbers) // empty
  | "\(.version) \(.dist.integrity) \(.dist.tarball)"
) catch "invalid"
