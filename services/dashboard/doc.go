// Package dashboard is the web page: what a supervisor sees in a browser. The page is written in TypeScript, in the folders
// client and src of this folder, and `make page` builds it into dist. The built files are in the repository, so that a
// machine without Node can build and run Terreno.
//
// Handler serves the built files from memory. `terreno up` and `terreno ingress` serve it beside the API, so that the page
// and the API have one origin. The package starts no goroutine, and needs neither NATS nor PostgreSQL.
//
// It guarantees:
//
//   - A file whose name has a hash of its content may be kept by a browser for ever. All others are asked for again.
//   - The page runs no script and no style that is not its own: a Content-Security-Policy without 'unsafe-inline'.
//   - No other site may show the page in a frame.
//   - The address of a view can be reloaded. What is no view and no file is a problem document, as everywhere.
package dashboard
