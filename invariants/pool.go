package invariants

// Pools and their nesting (I05): memory is taken out of the pool of the task's
// scope, never of one that lives longer or ends earlier; a pool ends once (I03),
// after its children, and is not used afterwards (I02); all do (I06).

import (
	"brigade/core/rt"
	"brigade/sim"
)

var poolChecker = Checker{
	Numbers: []string{"I02", "I03", "I05", "I06", "I24"}, Name: "pool",
	Allows: "memory is taken out of the pool of the task's scope; a pool ends once, after its children, and is not used afterwards",
	World:  "nothing: it is memory",
	Kinds:  []rt.Kind{rt.ProbePoolOpen, rt.ProbePoolUse, rt.ProbePoolClose},
	make:   func() property { return new(pool) },
}

type pool struct {
	judge
	pools map[uint64]*lifetime
}

// lifetime is what is known of a pool.
type lifetime struct {
	kind     uint64
	parent   *lifetime
	maker    int32
	children int
	bytes    uint64
	ender    int32
	ended    bool
}

// Begin implements property.
func (p *pool) Begin(s *sim.Sim) {
	p.s = s
	if p.pools == nil {
		p.pools = make(map[uint64]*lifetime)
	}
	clear(p.pools)
}

// Event implements property.
func (p *pool) Event(e *sim.Event) {
	k := kind(e)
	if k < rt.ProbePoolOpen || k > rt.ProbePoolClose {
		return
	}
	l := p.pools[e.A]
	if k == rt.ProbePoolOpen {
		p.open(e, l)
		return
	}
	switch {
	case l == nil:
		p.fail("I02", "pool %#x is told of by %s (%v) before it was made", e.A, p.who(e.Task), k)
	case l.ended && k == rt.ProbePoolClose:
		p.fail("I03", "%s pool %#x, made by %s, is destroyed by %s; %s has destroyed it", name(l.kind), e.A, p.who(l.maker), p.who(e.Task), p.who(l.ender))
	case l.ended:
		p.fail("I02", "%s pool %#x, made by %s, is used by %s; %s has destroyed it", name(l.kind), e.A, p.who(l.maker), p.who(e.Task), p.who(l.ender))
	case k == rt.ProbePoolUse:
		p.use(e, l)
	default:
		p.close(e, l)
	}
}

func name(kind uint64) string { return poolKinds[min(kind, uint64(len(poolKinds)-1))] }

func (p *pool) open(e *sim.Event, l *lifetime) {
	parent := p.pools[e.B]
	switch {
	case l != nil:
		p.fail("I03", "pool %#x is made twice", e.A)
	case e.C == 0 || e.C >= uint64(len(poolKinds)):
		p.fail("I05", "pool %#x is of kind %d; there are 1 to %d", e.A, e.C, len(poolKinds)-1)
	case e.B != 0 && (parent == nil || parent.ended):
		p.fail("I05", "%s pool %#x is made by %s below a pool that is not there", name(e.C), e.A, p.who(e.Task))
	case e.B != 0 && e.B>>32 != e.A>>32:
		p.fail("I05", "%s pool %#x is made below one of another owner's", name(e.C), e.A)
	}
	if parent != nil {
		parent.children++
	}
	p.pools[e.A] = &lifetime{kind: e.C, parent: parent, maker: e.Task}
}

func (p *pool) use(e *sim.Event, l *lifetime) {
	if e.C != e.A {
		in := "no scope"
		if s := p.pools[e.C]; s != nil {
			in = name(s.kind) + " pool"
		}
		p.fail("I05", "%s takes memory out of %s pool %#x, and works in %s %#x; what has to cross is set aside", p.who(e.Task), name(l.kind), e.A, in, e.C)
	}
	l.bytes += e.B
}

func (p *pool) close(e *sim.Event, l *lifetime) {
	switch {
	case l.children != 0:
		p.fail("I05", "%s pool %#x is destroyed before %d of its children", name(l.kind), e.A, l.children)
	case e.B != l.bytes || e.C != l.kind:
		p.fail("I24", "%s pool %#x says that %d bytes were taken out of it; there were %d", name(l.kind), e.A, e.B, l.bytes)
	}
	if l.parent != nil {
		l.parent.children--
	}
	l.ended, l.ender = true, e.Task
}

// End implements property.
func (p *pool) End() {
	left, any := uint64(0), false
	for id, l := range p.pools {
		if !l.ended && (!any || id < left) {
			left, any = id, true
		}
	}
	if any {
		p.fail("I06", "%s pool %#x was made by %s and not destroyed", name(p.pools[left].kind), left, p.who(p.pools[left].maker))
	}
}
