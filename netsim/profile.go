package netsim

// Profile: how likely each fault is in a run. Swarm testing (Groce et al., 2012):
// leaving kinds out makes the others reach further, so a campaign draws a profile
// for every run.

import (
	"fmt"
	"strconv"
	"strings"
)

// Profile gives each fault of the table its chance. The zero value is no fault.
type Profile struct {
	chance [faultCount]uint32 // in 1/65536
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
// which may begin with "default," to change single ones.
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
	name, value, found := strings.Cut(part, "=")
	if !found {
		return fmt.Errorf("%q is not of the form fault=chance", part)
	}
	x, ok := faultNamed(name)
	if !ok {
		return fmt.Errorf("no fault is called %q; there are %s", name, strings.Join(faultNames(), ", "))
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

// Includes reports whether the fault called name may strike.
func (p Profile) Includes(name string) bool {
	x, ok := faultNamed(name)
	return ok && p.chance[x] > 0
}

// String is the profile as ParseProfile reads it.
func (p Profile) String() string {
	var parts []string
	for i, chance := range p.chance {
		if chance > 0 {
			parts = append(parts, faultTable[i].Name+"="+strconv.FormatFloat(float64(chance)/certain, 'g', 3, 64))
		}
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ",")
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
