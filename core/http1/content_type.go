package http1

// Media types by file name extension. The table is the server's own, since what
// a machine's mime.types says is not known before it runs. Types from the IANA
// registry, and as WHATWG MIME Sniffing and RFC 9239 (JavaScript) have them.

import "bytes"

// OctetStream is the type of what is not known, RFC 2046 §4.5.1.
const OctetStream = "application/octet-stream"

// longestExtension is that of "webmanifest".
const longestExtension = 11

// ContentType is the media type of a file of that name, as its extension tells in
// any case. Text is said to be UTF-8.
func ContentType(path []byte) string {
	name := path[bytes.LastIndexByte(path, '/')+1:]
	dot := bytes.LastIndexByte(name, '.')
	if dot < 0 || len(name)-dot-1 > longestExtension {
		return OctetStream
	}
	var extension [longestExtension]byte
	n := copy(extension[:], name[dot+1:])
	for i, c := range extension[:n] {
		extension[i] = lower(c)
	}
	return typeOf(extension[:n])
}

func typeOf(extension []byte) string {
	switch string(extension) {
	case "html", "htm":
		return "text/html; charset=utf-8"
	case "css":
		return "text/css; charset=utf-8"
	case "js", "mjs":
		return "text/javascript; charset=utf-8"
	case "json", "map":
		return "application/json"
	case "webmanifest":
		return "application/manifest+json"
	case "txt", "text", "log", "conf", "ini":
		return "text/plain; charset=utf-8"
	case "md", "markdown":
		return "text/markdown; charset=utf-8"
	case "csv":
		return "text/csv; charset=utf-8"
	case "ics":
		return "text/calendar; charset=utf-8"
	case "xml", "xsd":
		return "text/xml; charset=utf-8"
	case "xhtml":
		return "application/xhtml+xml"
	case "atom":
		return "application/atom+xml"
	case "rss":
		return "application/rss+xml"
	case "yaml", "yml":
		return "application/yaml"
	case "wasm":
		return "application/wasm"
	case "pdf":
		return "application/pdf"
	case "rtf":
		return "application/rtf"
	case "epub":
		return "application/epub+zip"
	}
	if t := imageOrFont(extension); t != "" {
		return t
	}
	return mediaOrArchive(extension)
}

func imageOrFont(extension []byte) string {
	switch string(extension) {
	case "svg":
		return "image/svg+xml"
	case "png":
		return "image/png"
	case "apng":
		return "image/apng"
	case "jpg", "jpeg":
		return "image/jpeg"
	case "gif":
		return "image/gif"
	case "webp":
		return "image/webp"
	case "avif":
		return "image/avif"
	case "ico":
		return "image/vnd.microsoft.icon"
	case "bmp":
		return "image/bmp"
	case "tif", "tiff":
		return "image/tiff"
	case "woff2":
		return "font/woff2"
	case "woff":
		return "font/woff"
	case "ttf":
		return "font/ttf"
	case "otf":
		return "font/otf"
	}
	return ""
}

func mediaOrArchive(extension []byte) string {
	switch string(extension) {
	case "mp4", "m4v":
		return "video/mp4"
	case "webm":
		return "video/webm"
	case "ogv":
		return "video/ogg"
	case "mov":
		return "video/quicktime"
	case "mp3":
		return "audio/mpeg"
	case "m4a":
		return "audio/mp4"
	case "ogg", "oga", "opus":
		return "audio/ogg"
	case "wav":
		return "audio/wav"
	case "flac":
		return "audio/flac"
	case "aac":
		return "audio/aac"
	case "vtt":
		return "text/vtt; charset=utf-8"
	case "zip":
		return "application/zip"
	case "gz", "tgz":
		return "application/gzip"
	case "zst":
		return "application/zstd"
	case "tar":
		return "application/x-tar"
	case "bz2":
		return "application/x-bzip2"
	case "xz":
		return "application/x-xz"
	case "7z":
		return "application/x-7z-compressed"
	}
	return OctetStream
}
