// Package config fills a struct from the environment: first the defaults, then the TERRENO_* variables. Then it calls
// the struct's own Validate. It reports all problems at once, each with the name of the variable and with what to write
// instead. A TERRENO_* variable that no field reads is a warning, because it is usually misspelt.
//
// Fields are described by tags:
//
//	HTTPAddr string        `env:"HTTP_ADDR" default:"127.0.0.1:8080" help:"address that clients reach"`
//	Password string        `env:"DATABASE_PASSWORD" secret:"true"`
//
// A field has one of these types: string, bool, int, int64, float64, time.Duration, or []string, whose items are
// separated by commas. The fields of a nested struct without an env tag are read as if they were fields of its parent.
package config

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Prefix is the start of every variable's name.
const Prefix = "TERRENO_"

// Validator is a target with checks that no tag can express, for instance of several fields together.
type Validator interface {
	Validate() []error
}

// Load fills target, a pointer to a struct, from environ, which has the form of os.Environ. The warnings name unknown
// variables. The error joins all problems.
func Load(target any, environ []string) (warnings []string, err error) {
	fields, err := describe(target)
	if err != nil {
		return nil, err
	}
	given := map[string]string{}
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(k, Prefix) {
			given[k] = v
		}
	}
	var problems []error
	known := map[string]bool{}
	for _, f := range fields {
		text := given[f.name]
		known[f.name] = true
		if text == "" { // Compose files pass a variable that is not set as an empty one.
			text = f.def
		}
		if text == "" {
			continue
		}
		if err := set(f.value, text); err != nil {
			problems = append(problems, fmt.Errorf("%s=%q: %w", f.name, f.shown(text), err))
		}
	}
	for _, v := range validators(target) {
		problems = append(problems, v.Validate()...)
	}
	for name := range given {
		if !known[name] {
			warnings = append(warnings, fmt.Sprintf("%s is set, but this program does not read it", name))
		}
	}
	slices.Sort(warnings)
	return warnings, errors.Join(problems...)
}

// Print writes every variable with its current value and its help text. It masks secrets.
func Print(w io.Writer, target any) error {
	fields, err := describe(target)
	if err != nil {
		return err
	}
	printed := map[string]bool{}
	for _, f := range fields {
		if printed[f.name] { // several services may read one variable
			continue
		}
		printed[f.name] = true
		text := f.shown(format(f.value))
		if _, err := fmt.Fprintf(w, "%s=%s\t# %s\n", f.name, text, f.help); err != nil {
			return fmt.Errorf("print configuration: %w", err)
		}
	}
	return nil
}

type field struct {
	name, def, help string
	secret          bool
	value           reflect.Value
}

func (f field) shown(text string) string {
	if f.secret && text != "" {
		return "****"
	}
	return text
}

func describe(target any) ([]field, error) {
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("describe configuration: %T is not a pointer to a struct", target)
	}
	return walk(v.Elem()), nil
}

func walk(v reflect.Value) []field {
	var fields []field
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		if !sf.IsExported() {
			continue
		}
		name, ok := sf.Tag.Lookup("env")
		if !ok {
			if v.Field(i).Kind() == reflect.Struct {
				fields = append(fields, walk(v.Field(i))...)
			}
			continue
		}
		fields = append(fields, field{
			name: Prefix + name, def: sf.Tag.Get("default"), help: sf.Tag.Get("help"),
			secret: sf.Tag.Get("secret") == "true", value: v.Field(i),
		})
	}
	return fields
}

// validators returns the parts of the target that have a Validate method, inner ones first.
func validators(target any) []Validator {
	var found []Validator
	v := reflect.ValueOf(target).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if f.Kind() == reflect.Struct && v.Type().Field(i).IsExported() && f.CanAddr() {
			found = append(found, validators(f.Addr().Interface())...)
		}
	}
	if x, ok := target.(Validator); ok {
		found = append(found, x)
	}
	return found
}

func set(v reflect.Value, text string) error {
	if v.Type() == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(text)
		if err != nil {
			return errors.New("write a duration such as 30s, 15m or 2h")
		}
		v.SetInt(int64(d))
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return errors.New("write true or false")
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return errors.New("write a whole number")
		}
		v.SetInt(n)
	case reflect.Float64:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return errors.New("write a number")
		}
		v.SetFloat(x)
	case reflect.Slice:
		return setList(v, text)
	default:
		return fmt.Errorf("a field of kind %s cannot be read from the environment", v.Kind())
	}
	return nil
}

func setList(v reflect.Value, text string) error {
	if v.Type().Elem().Kind() != reflect.String {
		return fmt.Errorf("a list of %s cannot be read from the environment", v.Type().Elem().Kind())
	}
	var items []string
	for _, item := range strings.Split(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	v.Set(reflect.ValueOf(items))
	return nil
}

func format(v reflect.Value) string {
	if list, ok := v.Interface().([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(v.Interface())
}
