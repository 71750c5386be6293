package audit

import "reflect"

// Setting is one parameter of a check, as its manual page shows it.
type Setting struct {
	Name    string
	Default any
	Doc     string
}

// SettingsOf lists a check's parameters in the order of their declaration.
func SettingsOf(c *Check) []Setting {
	if c.Settings == nil {
		return nil
	}
	v := reflect.ValueOf(c.Settings()).Elem()
	var out []Setting
	for i := range v.NumField() {
		f := v.Type().Field(i)
		out = append(out, Setting{Name: f.Tag.Get("yaml"), Default: v.Field(i).Interface(), Doc: f.Tag.Get("doc")})
	}
	return out
}
