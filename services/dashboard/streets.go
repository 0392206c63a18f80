package dashboard

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/terreno/terreno/pkg/httpx"
)

// Streets is where the map's streets come from: a style of somebody else, or a file. Without both the page draws its own base
// map, which has land and borders and no streets.
type Streets struct {
	StyleURL string   `env:"MAP_STYLE_URL" help:"address of a MapLibre style with streets, such as https://tiles.example.com/style.json; browsers read it, and everybody who opens the page sees the address with its key"`
	Hosts    []string `env:"MAP_HOSTS" help:"other origins from which that style takes tiles and pictures, such as https://a.example.com,https://*.example.org; the page allows no others"`
	File     string   `env:"MAP_FILE" help:"path of a .pmtiles file with vector tiles of the Protomaps basemap; the page reads parts of it from this server"`
}

// settings is what the page learns of the streets.
type streetsSettings struct {
	Style string   `json:"style,omitempty"`
	Hosts []string `json:"hosts,omitempty"`
	File  string   `json:"file,omitempty"`
}

// streetsPath is where browsers read the file.
const streetsPath = "/map.pmtiles"

// originForm is an origin as a Content-Security-Policy takes it. One * may stand for the first names of a host.
var originForm = regexp.MustCompile(`^https?://(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)

// Validate returns every problem.
func (s *Streets) Validate() []error {
	var problems []error
	if s.StyleURL != "" && s.File != "" {
		problems = append(problems, errors.New("TERRENO_MAP_STYLE_URL and TERRENO_MAP_FILE: the map has one of them; leave the other one empty"))
	}
	if s.StyleURL != "" {
		if u, err := url.Parse(s.StyleURL); err != nil || u.User != nil || !originForm.MatchString(origin(u)) || u.Host[0] == '*' {
			problems = append(problems, fmt.Errorf("TERRENO_MAP_STYLE_URL=%q: give the address of a style, such as https://tiles.example.com/style.json", s.StyleURL))
		}
	}
	for _, host := range s.Hosts {
		if !originForm.MatchString(host) {
			problems = append(problems, fmt.Errorf("TERRENO_MAP_HOSTS: %q: give a scheme and a host without a path, such as https://tiles.example.com or https://*.example.com", host))
		}
	}
	if len(s.Hosts) > 0 && s.StyleURL == "" {
		problems = append(problems, errors.New("TERRENO_MAP_HOSTS: it adds hosts to a style; set TERRENO_MAP_STYLE_URL too, or leave it empty"))
	}
	if s.File != "" {
		if err := checkTiles(s.File); err != nil {
			problems = append(problems, fmt.Errorf("TERRENO_MAP_FILE=%q: %w", s.File, err))
		}
	}
	return problems
}

func origin(u *url.URL) string { return u.Scheme + "://" + strings.ToLower(u.Host) }

// sources returns what the page's policy allows beside its own origin, with a space before each.
func (s *Streets) sources() string {
	if s.StyleURL == "" {
		return ""
	}
	u, err := url.Parse(s.StyleURL)
	if err != nil { // Validate refuses it.
		return ""
	}
	return " " + strings.Join(append([]string{origin(u)}, s.Hosts...), " ")
}

func (s *Streets) settings() *streetsSettings {
	switch {
	case s.File != "":
		return &streetsSettings{File: streetsPath}
	case s.StyleURL != "":
		return &streetsSettings{Style: s.StyleURL, Hosts: strings.Fields(s.sources())}
	}
	return nil
}

// The header of a PMTiles file: "PMTiles", the version, and much later one byte for what a tile is. 1 is a vector tile.
const (
	tilesHeader  = 127
	tilesTypeAt  = 99
	tilesVersion = 3
	vectorTiles  = 1
)

func checkTiles(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("the file cannot be read: %w; give the path of a .pmtiles file that this program may read", err)
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, tilesHeader)
	if _, err := io.ReadFull(f, head); err != nil || string(head[:7]) != "PMTiles" || head[7] != tilesVersion {
		return errors.New("this is no PMTiles file of version 3; download one, or convert yours with the program pmtiles")
	}
	if head[tilesTypeAt] != vectorTiles {
		return errors.New("its tiles are pictures; give a file with vector tiles of the Protomaps basemap")
	}
	return nil
}

// tiles sends the part of the file that a browser asks for. The file may be replaced while the program runs.
func (s *Streets) tiles(w http.ResponseWriter, r *http.Request) {
	f, err := os.Open(s.File)
	if err != nil {
		httpx.Error(w, r, httpx.Problem(http.StatusServiceUnavailable, "map_file_unreadable", "The file with the map's streets cannot be read now."))
		return
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		httpx.Error(w, r, httpx.Problem(http.StatusServiceUnavailable, "map_file_unreadable", "The file with the map's streets cannot be read now."))
		return
	}
	// Such a file may have a hundred gigabytes.
	if r.Method == http.MethodGet && r.Header.Get("Range") == "" {
		httpx.Error(w, r, httpx.Problem(http.StatusBadRequest, "range_required", "Ask for a part of this file, with the header Range."))
		return
	}
	h := w.Header()
	protect(h)
	h.Set("Content-Type", "application/vnd.pmtiles")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+strconv.FormatInt(info.ModTime().UnixNano(), 36)+"-"+strconv.FormatInt(info.Size(), 36)+`"`)
	http.ServeContent(w, r, "", info.ModTime(), f)
}
