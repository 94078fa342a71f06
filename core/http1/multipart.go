package http1

// multipart/byteranges, RFC 9110 §14.6: several ranges in one response, each
// behind a head of its own. The length is known before the first byte is sent,
// so that the response can have a Content-Length.
//
// The boundary comes from the caller, who has the randomness: it must not occur
// in the representation.

// AppendMultipartType appends the Content-Type of the whole.
func AppendMultipartType(dst []byte, boundary string) []byte {
	return append(append(dst, "multipart/byteranges; boundary="...), boundary...)
}

// AppendPartHead appends what stands before the bytes of a range; contentType is
// that of the representation.
func AppendPartHead(dst []byte, boundary, contentType string, r Range, size int64) []byte {
	dst = append(append(dst, "\r\n--"...), boundary...)
	dst = append(append(dst, "\r\nContent-Type: "...), contentType...)
	dst = AppendContentRange(append(dst, "\r\nContent-Range: "...), r, size)
	return append(dst, "\r\n\r\n"...)
}

// AppendPartsEnd appends what stands behind the bytes of the last range.
func AppendPartsEnd(dst []byte, boundary string) []byte {
	return append(append(append(dst, "\r\n--"...), boundary...), "--\r\n"...)
}

// MultipartLength is the length of the whole content.
func MultipartLength(boundary, contentType string, ranges []Range, size int64) int64 {
	const (
		head = len("\r\n--" + "\r\nContent-Type: " + "\r\nContent-Range: bytes -/" + "\r\n\r\n")
		end  = len("\r\n--" + "--\r\n")
	)
	total := int64(end + len(boundary))
	each := int64(head + len(boundary) + len(contentType) + digits(size))
	for _, r := range ranges {
		total += each + int64(digits(r.Start)+digits(r.Start+r.Length-1)) + r.Length
	}
	return total
}

// digits is how many decimal digits n has, which is not negative.
func digits(n int64) int {
	count := 1
	for ; n >= 10; n /= 10 {
		count++
	}
	return count
}

// Boundary makes 96 bits of chance a boundary: content that has them is not expected.
func Boundary(chance func() uint64) string {
	const digits = "0123456789abcdef"
	var b [24]byte
	for i := 0; i < len(b); i += 12 {
		r := chance()
		for j := range 12 {
			b[i+j] = digits[r>>(4*j)&15]
		}
	}
	return string(b[:])
}
