# static.json as nginx settings: with $part "maps" for its http block, with "site" for
# its server block. Text from the file goes in as quoted strings and checked patterns only.

def quoted:
  if type != "string" then error("expected text, found \(tojson)")
  elif test("[\u0000-\u001f$]") then error("\(tojson) holds a dollar sign or a control character")
  else "\"" + gsub("(?<c>[\"\\\\])"; "\\" + .c) + "\"" end;

def rooted: if startswith("/") then . else "/" + . end;

# A path with * (anything but a slash) and ** (anything) as a regular expression without its end.
def beginning:
  if test("[\u0000-\u001f\"]") then error("\(tojson) is no path") else . end
  | rooted
  | gsub("(?<c>[.+?^${}()|\\[\\]\\\\])"; "\\" + .c)
  | split("**") | map(gsub("\\*"; "[^/]*")) | join(".*")
  | "^" + .;
def pattern: beginning + "$";

def pairs:
  . // {} | if type == "object" then to_entries[] else error("expected an object, found \(tojson)") end;

def redirect:
  (.value | if type == "object" then . else { url: . } end) as $to
  | ($to.status // 301) as $status
  | if $status == 301 or $status == 302 then . else error("a redirect's status is 301 or 302, found \($status)") end
  | "location ~ \"\(.key | pattern)\" { return \($status) \($to.url | quoted); }";

def route($tries):
  "location ~ \"\(.key | pattern)\" { try_files \($tries) \(.value | rooted | quoted); }";

def headers:
  [ .headers | pairs | .key as $path | .value | pairs | { path: $path, name: .key, value: (.value | tostring) } ]
  | to_entries[]
  | if .value.name | test("^[A-Za-z0-9-]+$") then . else error("\(.value.name | tojson) is no name of a header") end
  | .value + { variable: "$header_\(.key)" };

# By the address as it was asked for: $uri changes while nginx looks for a file.
def maps: headers | "map $request_uri \(.variable) { \"~\(.path | beginning)(\\?.*)?$\" \(.value | quoted); }";

def site:
  (if .clean_urls == true then "$uri $uri.html $uri/index.html" else "$uri $uri/index.html" end) as $tries
  | "root \("/app/" + $root | quoted);",
    (headers | "add_header \(.name) \(.variable) always;"),
    (if .error_page then "error_page 404 \(.error_page | rooted | quoted);" else "error_page 404 @missing;" end),
    (if .https_only == true then "if ($http_x_forwarded_proto = http) { return 301 https://$host$request_uri; }" else empty end),
    (.redirects | pairs | redirect),
    (.routes | pairs | route($tries)),
    (if .clean_urls == true then "location / { try_files \($tries) =404; }" else empty end);

if $part == "maps" then maps else site end
