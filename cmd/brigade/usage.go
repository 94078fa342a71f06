package main

// What is wrong with a command line, in the words of whoever typed it: which flag or
// argument, what stands there, and what may.

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// meant says what a flag of a type takes.
var meant = map[string]string{
	"uint64":   "a number from 0 to 2^64-1",
	"int":      "a whole number",
	"float64":  "a number",
	"bool":     "true or false",
	"duration": "a time with its unit, such as 30s or 10m",
}

// plain is err, or in its place what a flag takes whose value is none of that.
func plain(err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	f := invalid.GetFlag()
	what, known := meant[f.Value.Type()]
	if !known {
		return fmt.Errorf("--%s is %q: %w", f.Name, invalid.GetValue(), invalid.Unwrap())
	}
	if errors.Is(err, strconv.ErrRange) {
		what += ", and this one is too large"
	}
	return fmt.Errorf("--%s is %q; %s is meant", f.Name, invalid.GetValue(), what)
}

// exactly one argument, which is a what.
func exactly(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return fmt.Errorf("%s takes one %s, and %d are named (%s --help tells of it)", c.CommandPath(), what, len(args), c.CommandPath())
	}
}

// directory is an error if the flag names what is there and is no directory.
func directory(flag, path string) error {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return fmt.Errorf("--%s is %s, which is no directory; one is meant, or a name at which there is nothing yet", flag, path)
	}
	return nil
}
