package netsim

// Profile: how likely each fault is in a run. Swarm testing (Groce et al., 2012):
// leaving kinds out makes the others reach further, so a campaign draws a profile
// for every run.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Profile gives each fault of the table its chance. The zero value is no fault.
type Profile struct {
	chance  [faultCount]uint32 // in 1/65536
	strikes []strike           // and at these places, whatever the chance
	events  []event
}

// certain is the scale of chances. A whole one is one step less, because the
// scheduler takes 65536 to mean that every outcome is alike.
const certain = 65536

func chanceOf(x float64) uint32 { return uint32(min(x*certain, certain-1)) }

// DefaultProfile has every fault at its usual weight.
func DefaultProfile() (p Profile) {
	for i := range faultTable {
		p.chance[i] = chanceOf(faultTable[i].Weight)
	}
	return p
}

// ParseProfile reads "none", "default", or a list like "short-read=0.3,rst=0.01",
// which may begin with "default," to change single ones. "page-refused#7" and
// "rst@3:1000" aim a fault at a place (aim.go).
func ParseProfile(text string) (Profile, error) {
	var p Profile
	for i, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		switch {
		case part == "none" && i == 0, part == "" && text == "":
			continue
		case part == "default" && i == 0:
			p = DefaultProfile()
			continue
		}
		if err := p.set(part); err != nil {
			return Profile{}, fmt.Errorf("fault profile %q: %w", text, err)
		}
	}
	return p, nil
}

func (p *Profile) set(part string) error {
	at := strings.IndexAny(part, "=#@")
	if at < 0 {
		return fmt.Errorf("%q is not of the form fault=chance, such as rst=0.01; none or default may come first", part)
	}
	name, value := part[:at], part[at+1:]
	x, ok := faultNamed(name)
	if !ok {
		return fmt.Errorf("no fault is called %q; there are %s", name, strings.Join(faultNames(), ", "))
	}
	if part[at] != '=' {
		return p.aim(x, part[at:])
	}
	chance, err := strconv.ParseFloat(value, 64)
	if err != nil || !(chance >= 0 && chance <= 1) {
		return fmt.Errorf("the chance %q of %s is not a number from 0 to 1", value, name)
	}
	p.chance[x] = chanceOf(chance)
	return nil
}

func faultNamed(name string) (fault, bool) {
	for i := range faultTable {
		if faultTable[i].Name == name {
			return fault(i), true
		}
	}
	return 0, false
}

func faultNames() (names []string) {
	for i := range faultTable {
		names = append(names, faultTable[i].Name)
	}
	return names
}

// Cuts reports whether a response may stop in the middle, or never come, because of a
// fault that may strike.
func (p Profile) Cuts() bool {
	for i := range faultTable {
		if faultTable[i].Cut && p.may(fault(i)) {
			return true
		}
	}
	return false
}

// Slows reports whether a client may run out of patience because of a fault that may
// strike.
func (p Profile) Slows() bool {
	for i := range faultTable {
		if faultTable[i].Slow && p.may(fault(i)) {
			return true
		}
	}
	return false
}

// Also are the statuses that may stand in the place of the right one because of a fault
// that may strike.
func (p Profile) Also() (statuses []int) {
	for i := range faultTable {
		if p.may(fault(i)) {
			statuses = append(statuses, faultTable[i].Also...)
		}
	}
	return statuses
}

func (p *Profile) may(x fault) bool {
	if p.chance[x] > 0 {
		return true
	}
	for _, s := range p.strikes {
		if s.fault == x {
			return true
		}
	}
	for _, e := range p.events {
		if e.fault == x {
			return true
		}
	}
	return false
}

// Has reports whether the i-th fault of Faults may strike.
func (p Profile) Has(i int) bool { return p.may(fault(i)) }

// Includes reports whether the fault called name may strike.
func (p Profile) Includes(name string) bool {
	x, ok := faultNamed(name)
	return ok && p.may(x)
}

// String is the profile as ParseProfile reads it.
func (p Profile) String() string {
	var parts []string
	for i, chance := range p.chance {
		if chance > 0 {
			parts = append(parts, faultTable[i].Name+"="+strconv.FormatFloat(float64(chance)/certain, 'g', 3, 64))
		}
	}
	parts = append(parts, p.aimedText()...)
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ",")
}

// Of is p with the faults of this number of the fault model alone.
func (p Profile) Of(number string) Profile {
	for i := range p.chance {
		if faultTable[i].Number != number {
			p.chance[i] = 0
		}
	}
	p.strikes, p.events = nil, nil
	return p
}

// gentle are faults that cost a server and its clients nothing but calls, and moments: less is
// taken or given than might be, readiness is told that is none, tasks begin and go on later.
var gentle = []fault{
	faultShortRead, faultShortWrite, faultAgain, faultBatch, faultWake, faultInterrupt, faultSignal, faultCoalesce, faultSkip, faultStir,
	faultEcho, faultFinRides, faultGlue, faultTie, faultShortSendfile, faultStart,
}

// Gentle is p with those faults alone that nobody has to notice.
func (p Profile) Gentle() Profile {
	for i := range p.chance {
		if !slices.Contains(gentle, fault(i)) {
			p.chance[i] = 0
		}
	}
	p.strikes, p.events = nil, nil
	return p
}

// Calm reports whether nobody has to notice any of p's faults.
func (p Profile) Calm() bool { return p.String() == p.Gentle().String() }

// Except is p without the faults of this number.
func (p Profile) Except(number string) Profile {
	for i := range p.chance {
		if faultTable[i].Number == number {
			p.chance[i] = 0
		}
	}
	return p
}

// Draw makes a run's profile of p's faults: each is off half of the time, else
// rare, as in p, or wild. below draws a number below n.
func (p Profile) Draw(below func(n uint64) uint64) Profile {
	for i, chance := range p.chance {
		switch below(8) {
		case 0, 1, 2, 3:
			chance = 0
		case 4, 5:
			chance = (chance + 7) / 8
		case 6:
		case 7:
			chance = min(chance*8, max(chance, certain*7/8))
		}
		p.chance[i] = chance
	}
	return p
}
