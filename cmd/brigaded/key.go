package main

// Keys. The key of a flag is its name, so that what one can say the other can, and there
// is no second table. Only what is said of backends has a table of its own, [proxy], where
// --proxy is backends and --proxy-balance is balance; and since a file has room for more
// than one group of them, [proxy.NAME] is another, with a path of its own.
//
// A file is read whole before it is refused, so that all that is wrong is said at once.
// What a flag overrules is read, too: it would be wrong the day the flag is gone.

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
	"github.com/spf13/pflag"
)

// table is the one that is said of backends, and backendKey the key of --proxy there.
const (
	table      = "proxy"
	backendKey = "backends"
)

// alone are flags that a file does not know.
var alone = []string{"config", "check", "help", "version"}

// keyOf is the key of a flag, in [proxy] or not.
func keyOf(flag string) (key string, inTable bool) {
	if flag == table {
		return backendKey, true
	}
	return strings.CutPrefix(flag, table+"-")
}

// flagOf is the flag of a key; "": there is none.
func flagOf(set *pflag.FlagSet, key string, inTable bool) string {
	name := key
	switch {
	case inTable && key == backendKey:
		name = table
	case inTable:
		name = table + "-" + key
	}
	if _, belongs := keyOf(name); belongs != inTable || set.Lookup(name) == nil || slices.Contains(alone, name) {
		return ""
	}
	return name
}

// said is how settings were said, of all or of a group that has a name.
type said struct {
	flag   func(name string) bool // whether on the command line
	file   string                 // "": there is none
	prefix string                 // of keys in it that are said of backends
	keys   map[string]place       // by flag: those in it
}

// given reports whether a setting was said.
func (s *said) given(name string) bool {
	_, ok := s.keys[name]
	return ok || s.flag(name)
}

// call is what a setting is called, where it was said or can be.
func (s *said) call(name string) string {
	if s.file == "" || s.flag(name) {
		return "--" + name
	}
	key, inTable := keyOf(name)
	if inTable {
		key = s.prefix + "." + key
	}
	return key
}

// where is call for the beginning of a line, with its place in the file.
func (s *said) where(name string) string {
	if s.file == "" || s.flag(name) {
		return "--" + name
	}
	if at, ok := s.keys[name]; ok {
		return fmt.Sprintf("%s:%d:%d: %s", s.file, at.line, at.column, s.call(name))
	}
	return s.file + ": " + s.call(name)
}

// read has the file's settings hold where no flag says another.
func (p *program) read(flags *pflag.FlagSet) (wrong []error) {
	data, err := os.ReadFile(p.configFile)
	if err != nil {
		return []error{fmt.Errorf("--config: %w", err)}
	}
	d := parse(data)
	var all options
	d.apply(&all, merged(all.tables()), func(string) bool { return false })
	slices.SortStableFunc(d.faults, func(a, b fault) int { return a.at.compare(b.at) })
	for _, f := range d.faults {
		wrong = append(wrong, fmt.Errorf("%s:%d:%d: %s", p.configFile, f.at.line, f.at.column, f.why))
	}
	if wrong != nil {
		return wrong
	}
	p.said.file, p.said.prefix = p.configFile, table
	p.said.keys = d.apply(&p.options, flags, flags.Changed)
	return nil
}

func merged(tables []heading) *pflag.FlagSet {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, h := range tables {
		all.AddFlagSet(h.FlagSet)
	}
	return all
}

// apply sets what the file says, but for the flags that are to be left as they are. It
// returns what was said of all, and of the first group.
func (d *document) apply(o *options, set *pflag.FlagSet, leave func(string) bool) map[string]place {
	keys := make(map[string]place)
	groups := make(map[string]*pflag.FlagSet)
	for i := range d.list {
		e := &d.list[i]
		name := d.group(e)
		where, said := set, keys
		if name != "" {
			if groups[name] == nil {
				groups[name] = o.another(name, d.list[i].at)
			}
			where, said = groups[name], o.groups[len(o.groups)-1].keys
			for _, g := range o.groups {
				if g.name == name {
					said = g.keys
				}
			}
		}
		if e.kind == unstable.Table {
			if e.path[0] != table || len(e.path) > 2 {
				d.noTable(e.at, e.path)
			}
			continue
		}
		flag := d.flag(e, where, name != "")
		if flag == "" {
			continue
		}
		said[flag] = e.at
		if name != "" || !leave(flag) {
			d.set(where.Lookup(flag), e)
		}
	}
	return keys
}

// another makes a group, and the flags that its keys are.
func (o *options) another(name string, at place) *pflag.FlagSet {
	g := &group{name: name, at: at, keys: make(map[string]place)}
	h := under(name)
	g.declare(h)
	o.groups = append(o.groups, g)
	return h.FlagSet
}

// group is the name of the group that e is said of; "": none, or [proxy].
func (d *document) group(e *entry) string {
	named := len(e.path) == 3 || len(e.path) == 2 && e.kind == unstable.Table
	if named && e.path[0] == table {
		return e.path[1]
	}
	return ""
}

// flag is the flag that e sets; "": there is none, and that has been said.
func (d *document) flag(e *entry, set *pflag.FlagSet, grouped bool) string {
	key, inTable := e.path[len(e.path)-1], len(e.path) > 1
	if inTable && (e.path[0] != table || len(e.path) > 3) {
		d.noTable(e.at, e.path[:len(e.path)-1])
		return ""
	}
	if name := flagOf(set, key, inTable); name != "" {
		return name
	}
	why := ""
	other, belongs := keyOf(key)
	switch {
	case !inTable && key == table:
		why = fmt.Sprintf("; it is a table, [%s], and they are its %s", table, backendKey)
	case !inTable && belongs && flagOf(set, other, true) != "":
		why = fmt.Sprintf("; in [%s] there is %s", table, other)
	case !inTable && flagOf(set, key, true) != "":
		why = fmt.Sprintf("; it belongs in [%s]", table)
	case inTable && !grouped && flagOf(set, key, false) != "":
		why = "; it belongs in no table, so above the first"
	default:
		why = suggestion(set, key, inTable)
	}
	d.fail(e.at, "there is no key %s%s", e.key(), why)
	return ""
}

// noTable says once that there is no table of a name.
func (d *document) noTable(at place, path []string) {
	name := strings.Join(path, ".")
	if slices.Contains(d.unknown, name) {
		return
	}
	d.unknown = append(d.unknown, name)
	d.fail(at, "there is no table [%s]; there are [%s], and [%[2]s.NAME] for other groups of backends", name, table)
}

// suggestion is the key that may be meant.
func suggestion(set *pflag.FlagSet, key string, inTable bool) string {
	best, least := "", 1+max(len(key)/3, 1)
	var names []string
	set.VisitAll(func(f *pflag.Flag) {
		k, in := keyOf(f.Name)
		if in != inTable || slices.Contains(alone, f.Name) {
			return
		}
		names = append(names, k)
		if n := edits(key, k); n < least {
			best, least = k, n
		}
	})
	switch {
	case best != "":
		return "; " + best + " may be meant"
	case inTable:
		return "; there are " + strings.Join(names, ", ")
	}
	return "; brigaded --help lists the flags, whose names they are"
}

// edits is Levenshtein's distance: how many letters are to be put in, left out or changed
// to come from a to b.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			n := left
			if a[i] != b[j] {
				n = 1 + min(left, row[j], row[j+1])
			}
			left, row[j+1] = row[j+1], n
		}
	}
	return row[len(b)]
}

// set gives a flag its value out of a file.
func (d *document) set(f *pflag.Flag, e *entry) {
	if several(f) {
		if e.value.kind != unstable.Array {
			d.fail(e.value.at, `%s: it is a list of texts in quotes, ["...", "..."], not %s`, e.key(), e.value.what())
			return
		}
		for _, v := range e.list {
			if v.kind != unstable.String {
				d.fail(v.at, "%s: it is a list of texts in quotes, and not of %s", e.key(), v.what())
				continue
			}
			d.give(f, e, v, v.text)
		}
		return
	}
	kinds, form := formOf(f)
	if !slices.Contains(kinds, e.value.kind) {
		d.fail(e.value.at, "%s: it is %s, not %s", e.key(), form, e.value.what())
		return
	}
	text := e.text
	if e.value.kind == unstable.Integer {
		n, err := strconv.ParseInt(text, 0, 64)
		if err == nil {
			text = strconv.FormatInt(n, 10)
		}
	}
	d.give(f, e, e.value, text)
}

// give has a flag take text.
func (d *document) give(f *pflag.Flag, e *entry, v value, text string) {
	if err := f.Value.Set(text); err != nil {
		d.fail(v.at, "%s %q: %v", e.key(), text, err)
	}
}

// several reports whether a flag may be given again.
func several(f *pflag.Flag) bool {
	t := f.Value.Type()
	return t == "stringArray" || t == "list"
}

// formOf is how the value of a flag is written in a file.
func formOf(f *pflag.Flag) (kinds []unstable.Kind, form string) {
	switch f.Value.Type() {
	case "bool":
		return []unstable.Kind{unstable.Bool}, "true or false"
	case "N":
		return []unstable.Kind{unstable.Integer}, "a whole number"
	case "SIZE":
		return []unstable.Kind{unstable.Integer, unstable.String}, `a whole number, or one with its unit in quotes, such as "64K"`
	case "D":
		return []unstable.Kind{unstable.String}, `a time with its unit in quotes, such as "1m30s" or "500ms"`
	}
	return []unstable.Kind{unstable.String}, "a text in quotes"
}

// what is v's kind, in words.
func (v *value) what() string {
	switch v.kind {
	case unstable.String:
		return "a text"
	case unstable.Integer:
		return "a whole number"
	case unstable.Float:
		return "a number with a fraction"
	case unstable.Bool:
		return "true or false"
	case unstable.Array:
		return "a list"
	case unstable.InlineTable:
		return "a table"
	default:
		return "a date or time"
	}
}
