package http1

// HTTP dates, RFC 9110 §5.6.7, from and to seconds since 1970. One form is
// written, three are read:
//
//	Sun, 06 Nov 1994 08:49:37 GMT    IMF-fixdate
//	Sunday, 06-Nov-94 08:49:37 GMT   RFC 850
//	Sun Nov  6 08:49:37 1994         asctime
//
// They are read strictly: case counts, the day of the week must be the date's,
// and a leap second is the second before it. The calendar is the proleptic
// Gregorian one, counted in days from 1 March of year 0, as in H. Hinnant,
// "chrono-Compatible Low-Level Date Algorithms".

const secondsPerDay = 24 * 60 * 60

const (
	dayNames   = "SunMonTueWedThuFriSat"
	monthNames = "JanFebMarAprMayJunJulAugSepOctNovDec"
)

var longDays = [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

// The first and the last second that a date can show.
const (
	minDate = -62167219200 // 0000-01-01
	maxDate = 253402300799 // 9999-12-31, one second before midnight
)

// DateLen is the length of a date as AppendDate writes it.
const DateLen = len("Sun, 06 Nov 1994 08:49:37 GMT")

// AppendDate appends a time as IMF-fixdate. Times outside the years 0 to 9999
// appear as the first or last that can be shown.
func AppendDate(dst []byte, unix int64) []byte {
	unix = min(max(unix, minDate), maxDate)
	days := floorDiv(unix, secondsPerDay)
	second := int(unix - days*secondsPerDay)
	year, month, day := civil(days)
	week := weekday(days)
	dst = append(dst, dayNames[3*week:3*week+3]...)
	dst = append(dst, ',', ' ')
	dst = append2(dst, day)
	dst = append(dst, ' ')
	dst = append(dst, monthNames[3*month-3:3*month]...)
	dst = append(dst, ' ')
	dst = append2(append2(dst, year/100), year%100)
	dst = append(dst, ' ')
	dst = append2(dst, second/3600)
	dst = append(dst, ':')
	dst = append2(dst, second/60%60)
	dst = append(dst, ':')
	dst = append2(dst, second%60)
	return append(dst, " GMT"...)
}

func append2(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// ParseDate reads a date in any of the three forms. now serves to complete the
// two-digit year of the second: it means the past if it would otherwise lie more
// than 50 years ahead.
func ParseDate(b []byte, now int64) (unix int64, ok bool) {
	var d date
	switch {
	case len(b) == DateLen && b[3] == ',':
		ok = d.fixdate(b)
	case len(b) == len("Sun Nov  6 08:49:37 1994") && b[3] == ' ':
		ok = d.asctime(b)
	default:
		ok = d.rfc850(b, now)
	}
	if !ok || d.month == 0 || d.day < 1 || d.day > monthLen(d.year, d.month) || d.hour > 23 || d.minute > 59 || d.second > 60 {
		return 0, false
	}
	days := daysFrom(d.year, d.month, d.day)
	if weekday(days) != d.week {
		return 0, false
	}
	return days*secondsPerDay + int64(d.hour*3600+d.minute*60+min(d.second, 59)), true
}

// date is the parts of a date as read. A month of 0 and a number of -1 were not sound.
type date struct {
	week, year, month, day int
	hour, minute, second   int
}

func (d *date) fixdate(b []byte) bool {
	d.week = nameIndex(b[:3], dayNames)
	d.day, d.month, d.year = number(b[5:7]), 1+nameIndex(b[8:11], monthNames), number(b[12:16])
	return b[4] == ' ' && b[7] == ' ' && b[11] == ' ' && b[16] == ' ' &&
		d.clock(b[17:25]) && string(b[25:]) == " GMT" && d.year >= 0
}

func (d *date) asctime(b []byte) bool {
	d.week = nameIndex(b[:3], dayNames)
	d.month, d.year = 1+nameIndex(b[4:7], monthNames), number(b[20:24])
	if b[8] == ' ' {
		d.day = number(b[9:10])
	} else {
		d.day = number(b[8:10])
	}
	return b[7] == ' ' && b[10] == ' ' && b[19] == ' ' && d.clock(b[11:19]) && d.year >= 0
}

func (d *date) rfc850(b []byte, now int64) bool {
	d.week = -1
	for i, name := range longDays {
		if len(b) > len(name) && string(b[:len(name)]) == name {
			d.week, b = i, b[len(name):]
			break
		}
	}
	if d.week < 0 || len(b) != len(", 06-Nov-94 08:49:37 GMT") {
		return false
	}
	d.day, d.month, d.year = number(b[2:4]), 1+nameIndex(b[5:8], monthNames), number(b[9:11])
	if string(b[:2]) != ", " || b[4] != '-' || b[8] != '-' || b[11] != ' ' ||
		!d.clock(b[12:20]) || string(b[20:]) != " GMT" || d.year < 0 || d.month == 0 || d.day < 1 {
		return false
	}
	d.complete(now)
	return true
}

// complete makes a two-digit year the latest one that is not more than 50 years
// after now.
func (d *date) complete(now int64) {
	days := floorDiv(min(max(now, minDate), maxDate), secondsPerDay)
	year, month, day := civil(days)
	d.year += (year + 50) / 100 * 100
	later := d.month > month || d.month == month && d.day > day
	if d.year > year+50 || d.year == year+50 && later {
		d.year -= 100
	}
}

// clock reads hh:mm:ss.
func (d *date) clock(b []byte) bool {
	d.hour, d.minute, d.second = number(b[:2]), number(b[3:5]), number(b[6:8])
	return b[2] == ':' && b[5] == ':' && d.hour >= 0 && d.minute >= 0 && d.second >= 0
}

// number reads a few digits, or is -1.
func number(b []byte) int {
	n := 0
	for _, c := range b {
		if !is(c, digitChar) {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// nameIndex finds a name of three letters in a row of such names, or is -1.
func nameIndex(b []byte, names string) int {
	for i := 0; i < len(names); i += 3 {
		if string(b) == names[i:i+3] {
			return i / 3
		}
	}
	return -1
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// weekday is 0 on Sundays. Day 0 was a Thursday.
func weekday(days int64) int { return int((days%7 + 11) % 7) }

const (
	daysPerEra   = 146097 // 400 years
	daysTo1970   = 719468 // from 1 March of year 0
	monthsInDays = 153    // in five months from March on
)

// civil is the date of a day counted from 1 January 1970.
func civil(days int64) (year, month, day int) {
	days += daysTo1970
	era := floorDiv(days, daysPerEra)
	ofEra := int(days - era*daysPerEra)
	y := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*y + y/4 - y/100)
	m := (5*ofYear + 2) / monthsInDays
	day = ofYear - (monthsInDays*m+2)/5 + 1
	month = (m+2)%12 + 1
	year = y + int(era)*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// daysFrom is the inverse of civil.
func daysFrom(year, month, day int) int64 {
	if month <= 2 {
		year--
	}
	era := floorDiv(int64(year), 400)
	y := int64(year) - era*400
	m := int64((month + 9) % 12)
	ofYear := (monthsInDays*m+2)/5 + int64(day) - 1
	return era*daysPerEra + y*365 + y/4 - y/100 + ofYear - daysTo1970
}

func monthLen(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
