package script_test

import (
	"strings"
	"testing"

	"brigade/netsim/script"
)

// TestMistakes: a mistake is told with its place, the rule, and what is allowed.
func TestMistakes(t *testing.T) {
	for _, x := range []struct{ text, want string }{
		{"", "x.talk:1: a script has one statement at least"},
		{"# only a comment\n", "x.talk:1: a script has one statement at least"},
		{"connect\nsned \"x\"\n", `x.talk:2: there is no statement "sned"; there are server, connect, on, send, `},
		{"connect\n  | text\n", `x.talk:1: connect: this statement has no lines of text, but "| text" stands below it`},
		{"| text\n", "x.talk:1: a line that begins with | belongs to a statement"},
		{"connect\n\n| text\n", "x.talk:2: the lines below that begin with | belong to no statement"},
		{"connect\nsend GET\n", `x.talk:2: send: "GET": text stands in quotation marks, or below on lines that begin with |`},
		{"connect\nsend\n", "x.talk:2: send: the text is missing"},
		{"connect\nsend \"a\n", "a string ends with a quotation mark"},
		{"connect\nsend \"a\"*-1\n", `"*-1" behind a string`},
		{"connect\nsend \"a\"*99999999\n", "to 16777216 bytes at most"},
		{"connect\nsend \"a\"x\n", `"x" behind a string`},
		{"connect\nexpect\n", "x.talk:2: expect: the status is missing; its form is: expect STATUS"},
		{"connect\nexpect 2xx\n", `the status "2xx" is a number, 100 at least`},
		{"connect\nexpect 600\n", "the status 600 is beyond 599"},
		{"connect\nexpect 200 maybe\n", `"maybe": there may be to, close, open, body and file`},
		{"connect\nexpect 200 file /x\n", `there is no file "/x"; there are /, /digits.txt,`},
		{"connect\nexpect 200 file /digits.txt 5-40\n", `"5-40" are no two places in the 40 bytes of /digits.txt`},
		{"connect\nexpect 200\n | nothing\n", `the field line "nothing" is none of`},
		{"connect\nexpect 200\n | A ~ (\n", "missing closing )"},
		{"connect\nclose now\n", `x.talk:2: close: "now" is one word too many; its form is: close`},
		{"connect\nstall 5s\n", `"5s": there may be nothing, or end`},
		{"connect a b\n", `"b" is one word too many`},
		{"connect window=0\n", `window "0" is a number, 1 at least`},
		{"on\n", "the name of a connection is missing"},
		{"connect\nserver idle-timeout=1s\n", "server: it stands before every other statement"},
		{"server\n", "a setting is missing"},
		{"server patience=1s\n", `there is no setting "patience"; there are store, content with = and a number of bytes, and header-timeout, idle-timeout, write-timeout, body-timeout`},
		{"server content=0\n", `content is a number of bytes from 1 to 1048576, not "0"`},
		{"server idle-timeout=1h\n", `idle-timeout is a time from 1ms to 1s, not "1h"`},
		{"connect\nexpect[apache] 200\n", `"expect[apache]": there is no server "apache"; there are brigade, nginx`},
		{"connect\nexpect[nginx 200\n", "the servers behind a verb stand in [ and ]"},
		{"connect\nexpect[nginx] 200 # just so\n", "names the clause that lets nginx differ"},
	} {
		_, err := script.Parse("x.talk", x.text)
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%q: %v; want %q", x.text, err, x.want)
		}
	}
}

// TestKept: there are enough of them, each is short, and each begins with what it
// is about.
func TestKept(t *testing.T) {
	list, err := script.Kept()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 40 {
		t.Errorf("%d scripts are kept, and there should be 40 at least", len(list))
	}
	for _, s := range list {
		if len(s.Story) < 20 || !strings.HasSuffix(strings.Fields(s.Story)[len(strings.Fields(s.Story))-1], ".") {
			t.Errorf("%s begins with %q, which is no sentence about what it holds", s.Name, s.Story)
		}
	}
}
