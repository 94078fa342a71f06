package mutate

// The operators. They are generic: most breed the recurring shapes of the zoo's
// bugs (act after publishing; check and act in two critical sections; notify before
// publishing, or one of many; destroy twice; keep what should be reset; wait with
// neither event nor timer; count what has moved on), a few are those of textbooks.

// Operator is a way to change a program.
type Operator string

// The operators.
const (
	DropWake       Operator = "drop-wake"       // nobody is woken
	DropCall       Operator = "drop-call"       // a call for its effect is left out
	DropCount      Operator = "drop-count"      // x++ or x-- is
	DropAssign     Operator = "drop-assign"     // an assignment is
	OmitReset      Operator = "omit-reset"      // an assignment of nothing, none or zero is
	DropBranch     Operator = "drop-branch"     // what an if leads to never happens
	DropErrorPath  Operator = "drop-error-path" // the same, where an error is looked at
	ForceBranch    Operator = "force-branch"    // it always happens
	DropCondition  Operator = "drop-condition"  // one of several conditions is not asked
	DropGeneration Operator = "drop-generation" // the same, where generations are compared
	OffByOne       Operator = "off-by-one"      // < for <=, and the like; n for n+1 or n-1
	Negate         Operator = "negate"          // the opposite is returned
	SwapExtreme    Operator = "swap-extreme"    // min for max
	SwapUnlock     Operator = "swap-unlock"     // the last statement under a lock comes after it, or the first before it
	SwapPublish    Operator = "swap-publish"    // two statements change places, of which one publishes
	SplitSection   Operator = "split-section"   // a lock is let go and taken again
	SplitAtomic    Operator = "split-atomic"    // an exchange or an addition is done in two steps
	SignalOne      Operator = "signal-one"      // Signal for Broadcast
	ActTwice       Operator = "act-twice"       // what destroys or gives away does so twice
)

// wakes are the methods that wake somebody.
var wakes = map[string]bool{"Signal": true, "Broadcast": true, "Wake": true}

// destroys are calls that destroy, give back or give away.
var destroys = map[string]bool{
	"Close": true, "Put": true, "Free": true, "FreePages": true, "Release": true, "Push": true, "give": true,
	"pass": true, "answered": true, "Answered": true, "Pop": true, "drop": true, "Destroy": true,
}

// publishes are calls after which another task may act on what was written before,
// or no more.
var publishes = map[string]bool{
	"Store": true, "Push": true, "give": true, "pass": true, "Wake": true, "Signal": true, "Broadcast": true,
	"PollAdd": true, "PollModify": true, "Park": true, "Unpark": true, "Arm": true, "Disarm": true, "Close": true,
	"Put": true, "Release": true, "Take": true, "Add": true, "leave": true, "Retry": true, "Free": true,
}

// silent are calls that change nothing for the core: they name, tell, mark or
// assert. Assertions say what cannot be, so that leaving one out shows nothing.
var silent = map[string]bool{
	"Label": true, "Probe": true, "Bug": true, "Taken": true, "TakenBytes": true, "LostWakeup": true, "Checking": true, "panic": true,
}
