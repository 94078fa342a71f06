package stats

// Numbers for people: three digits that matter, and the unit beside them. The script of
// the page has the same rules, so that a number does not change its looks when it is
// brought up to date; .ci/browser compares the two.

import (
	"math"
	"strconv"
	"strings"
)

// shown is v, a number or text of the report, in a format: the number, and its unit.
func shown(format string, v any) (number, unit string) {
	if s, ok := v.(string); ok {
		return s, ""
	}
	if yes, ok := v.(bool); ok {
		if yes {
			return "fit", ""
		}
		return "left alone", ""
	}
	x, ok := v.(float64)
	if !ok {
		return "–", ""
	}
	switch format {
	case "count":
		return grouped(x), ""
	case "rate":
		return scaled(x, 1000, "/s", "k/s", "M/s", "G/s")
	case "bytes":
		return scaled(x, 1024, "B", "KiB", "MiB", "GiB", "TiB")
	case "byterate":
		return scaled(x, 1024, "B/s", "KiB/s", "MiB/s", "GiB/s")
	case "seconds":
		return seconds(x)
	case "age":
		return age(x), ""
	}
	return grouped(x), ""
}

// grouped is a whole number with its thousands apart.
func grouped(x float64) string {
	s := strconv.FormatFloat(x, 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// digits is x, 0 or more, with three digits, or all before the point.
func digits(x float64) string {
	decimals, m := 2, 100.0
	switch {
	case x == math.Trunc(x) && x < 1000 || x >= 99.95:
		decimals, m = 0, 1
	case x >= 9.995:
		decimals, m = 1, 10
	}
	return strconv.FormatFloat(math.Floor(x*m+0.5)/m, 'f', decimals, 64)
}

// scaled is x in the first unit in which it is below step.
func scaled(x, step float64, units ...string) (number, unit string) {
	i := 0
	for ; x >= 999.5 && i < len(units)-1; i++ {
		x /= step
	}
	return digits(x), units[i]
}

// seconds is a duration; 0 is none.
func seconds(x float64) (number, unit string) {
	switch {
	case x <= 0:
		return "–", ""
	case x < 0.0009995:
		return digits(x * 1e6), "µs"
	case x < 0.9995:
		return digits(x * 1e3), "ms"
	case x < 99.5:
		return digits(x), "s"
	}
	return digits(x / 60), "min"
}

// age is a time since then, in the two units that matter.
func age(x float64) string {
	n := int64(x)
	units := [...]struct {
		name string
		size int64
	}{{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}}
	var parts []string
	for _, u := range units {
		if k := n / u.size; (k > 0 || u.size == 1 && len(parts) == 0) && len(parts) < 2 {
			parts = append(parts, strconv.FormatInt(k, 10)+" "+u.name)
		} else if len(parts) > 0 {
			break
		}
		n %= u.size
	}
	return strings.Join(parts, " ")
}
