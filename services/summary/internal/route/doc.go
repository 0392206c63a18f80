// Package route draws ways for a map: it simplifies the way of a day, and it makes the street pattern of a company from the
// ways of many days. It has no I/O and no clock.
//
// Places are in degrees on WGS 84. Lines are straight in longitude and latitude, as in GeoJSON (RFC 7946). Lengths are in metres.
package route
