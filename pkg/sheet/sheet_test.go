package sheet_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/sheet"
)

var columns = sheet.Columns{"name": {"nombre"}, "phone": {"teléfono", "celular"}, "payroll_number": {"número de nómina"}}

func TestTheSameTableAsProgramsWriteIt(t *testing.T) {
	t.Parallel()
	want := []sheet.Row{
		{Line: 2, Cells: map[string]string{"name": "Ana Núñez", "phone": "5551234567"}},
		{Line: 3, Cells: map[string]string{"name": "Bea, la de Sur; sí", "phone": ""}},
	}
	for what, content := range map[string]string{
		"English":          "name,phone\nAna Núñez,5551234567\n\"Bea, la de Sur; sí\",\n",
		"Spanish Excel":    "\ufeffNombre;Teléfono\r\nAna Núñez;5551234567\r\n\"Bea, la de Sur; sí\";\r\n",
		"tabs":             "NOMBRE\tCelular\nAna Núñez\t5551234567\n\"Bea, la de Sur; sí\"",
		"no accents":       "nombre;TELEFONO\nAna Nu\u0301n\u0303ez; 5551234567 \n\"Bea, la de Sur; sí\"",
		"empty cells last": "nombre;telefono;;\nAna Núñez;5551234567;;\n\"Bea, la de Sur; sí\";;;\n;;;\n \n",
	} {
		table, err := sheet.Read([]byte(content), columns, 10)
		if err != nil || !reflect.DeepEqual(table.Rows, want) || len(table.Ignored) > 0 {
			t.Errorf("%s: %+v, %v", what, table, err)
		}
	}
}

func TestLinesAreThoseOfTheFile(t *testing.T) {
	t.Parallel()
	table, err := sheet.Read([]byte("sep=;\r\n\r\nNombre;Fecha;Número de nómina\r\n\"Ana\r\nNúñez\";x;E-1\r\n\r\nBea;x;E-2;y\r\n"), columns, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []sheet.Row{
		{Line: 4, Cells: map[string]string{"name": "Ana\nNúñez", "payroll_number": "E-1"}},
		{Line: 7, Cells: map[string]string{"name": "Bea", "payroll_number": "E-2"}, Long: true},
	}
	if !reflect.DeepEqual(table.Rows, want) || !reflect.DeepEqual(table.Ignored, []string{"Fecha"}) || table.Has["phone"] || !table.Has["name"] {
		t.Errorf("%+v", table)
	}
}

func TestWhatIsNoTable(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]sheet.Error{
		"":                               {Code: sheet.CodeEmpty},
		"\n;;\n":                         {Code: sheet.CodeEmpty},
		"name\n":                         {Code: sheet.CodeEmpty},
		"name\nA\xf1o\n":                 {Code: sheet.CodeText, Line: 2},
		"name\nA\x00\n":                  {Code: sheet.CodeNUL, Line: 2},
		"Ana,5551234567\nBea,5551234568": {Code: sheet.CodeColumns, Line: 1},
		"phone,Celular\n1,2":             {Code: sheet.CodeColumns, Line: 1},
		"sep=,\nname\nAna\n\"Bea\"x\n":   {Code: sheet.CodeSyntax, Line: 4},
		"name\nAna \"la\" Bea\n":         {Code: sheet.CodeSyntax, Line: 2},
		"name\n\"Ana\nBea\n":             {Code: sheet.CodeSyntax, Line: 2},
		"name\n1\n2\n3\n4\n":             {Code: sheet.CodeLong, Line: 5},
	} {
		_, err := sheet.Read([]byte(content), columns, 3)
		got, ok := errors.AsType[*sheet.Error](err)
		if !ok || got.Code != want.Code || got.Line != want.Line || !strings.HasSuffix(got.Detail, ".") {
			t.Errorf("%q: %v, want %s at line %d", content, err, want.Code, want.Line)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"name,phone\nAna,1\n", "\ufeffNombre;Teléfono\r\n\"A\"\"na\";1\r\n", "sep=\t\nname\n\n\"a\nb\"", "\"", "name\n\xff", ";;;\nname;name"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		table, err := sheet.Read(content, columns, 50)
		lines := strings.Count(string(content), "\n") + 1
		if err != nil {
			e, ok := errors.AsType[*sheet.Error](err)
			if !ok || e.Code == "" || e.Detail == "" || e.Line < 0 || e.Line > lines {
				t.Fatalf("%q: %v", content, err)
			}
			return
		}
		last := 1
		for _, row := range table.Rows {
			if row.Line <= last || row.Line > lines || len(row.Cells) != len(table.Has) {
				t.Fatalf("%q: %+v after line %d of %d", content, row, last, lines)
			}
			last = row.Line
			for name, cell := range row.Cells {
				if !table.Has[name] || !utf8.ValidString(cell) || strings.TrimSpace(cell) != cell || strings.Contains(cell, "\x00") {
					t.Fatalf("%q: cell %q of %s", content, cell, name)
				}
			}
		}
		if n := len(table.Rows); n == 0 || n > 50 {
			t.Fatalf("%q: %d rows", content, n)
		}
	})
}
