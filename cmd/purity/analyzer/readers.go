package analyzer

// Readers. Into other packages a value is not followed; these functions are known
// to leave it alone.

import "go/types"

// readers are functions of other packages that only read what they are given, and
// return nothing of it.
var readers = map[string]bool{
	"bytes.Compare": true, "bytes.Contains": true, "bytes.ContainsAny": true, "bytes.Count": true,
	"bytes.Equal": true, "bytes.EqualFold": true, "bytes.HasPrefix": true, "bytes.HasSuffix": true,
	"bytes.Index": true, "bytes.IndexAny": true, "bytes.IndexByte": true, "bytes.LastIndex": true,
	"bytes.LastIndexByte": true, "bytes.ToLower": true, "bytes.ToUpper": true,
	"errors.As": true, "errors.Is": true,
	"fmt.Errorf": true, "fmt.Sprint": true, "fmt.Sprintf": true, "fmt.Sprintln": true,
	"maps.Equal":          true,
	"slices.BinarySearch": true, "slices.Compare": true, "slices.Contains": true, "slices.Equal": true,
	"slices.Index": true, "slices.IsSorted": true, "slices.Max": true, "slices.Min": true,
	"sort.SearchInts": true, "sort.SearchStrings": true,
	"strings.Join": true,
	"unicode.In":   true, "unicode.Is": true,
	rtPath + ".Bug": true,
}

func readsOnly(f *types.Func) bool { return readers[qualified(f)] }
