# SPDX-License-Identifier: Apache-2.0
# Sizes and habits of C files.  Functions are found by their braces in column 0, which the format
# guarantees; strings and comments are taken out before anything else is looked at.
function report(line, what)
{
	print FILENAME ":" line ": " what
}

# The line without strings, characters and comments; in_comment lives on to the next line.
function code_of(line,    code, token, end)
{
	code = ""
	while (line != "") {
		if (in_comment) {
			end = index(line, "*/")
			if (end == 0)
				return code
			line = substr(line, end + 2)
			in_comment = 0
		} else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|'([^'\\]|\\.)+'/)) {
			token = substr(line, RSTART, 2)
			code = code substr(line, 1, RSTART - 1) " "
			line = substr(line, RSTART + RLENGTH)
			if (token == "//") {
				report(FNR, "a // comment")
				return code
			}
			in_comment = token == "/*"
		} else {
			return code line
		}
	}
	return code
}

FNR == 1 {
	in_comment = 0
	body = 0
}

{
	code = code_of($0)
	if (FNR == 501)
		report(FNR, "the file has more than 500 lines")
	if (code ~ banned)
		report(FNR, "a banned function")
}

/^\{/ {
	body = FNR
}

/^\}/ && body > 0 {
	if (FNR - body - 1 > 60)
		report(body, "a function of " FNR - body - 1 " lines (at most 60)")
	body = 0
}
