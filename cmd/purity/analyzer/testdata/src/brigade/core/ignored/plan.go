//go:build never

package ignored
