package store

// PlacesOf is placesOf, for tests.
var PlacesOf = placesOf
