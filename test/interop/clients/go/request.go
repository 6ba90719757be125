package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

var errTwice = errors.New("a name twice")

// fill sets the fields of a request, a structure of the client, from the names on the wire. An error
// says which parameter the structure does not have, or cannot hold the value of.
func fill(request reflect.Value, parameters map[string]json.RawMessage) error {
	for name, value := range parameters {
		field := fieldOnWire(request, name)
		if !field.IsValid() {
			return errors.New(name)
		}
		if err := set(field, value); err != nil {
			return fmt.Errorf("%s as %s: %w", name, field.Type(), err)
		}
	}
	return nil
}

func fieldOnWire(request reflect.Value, name string) reflect.Value {
	for i := 0; i < request.NumField(); i++ {
		if strings.Split(request.Type().Field(i).Tag.Get("json"), ",")[0] == name {
			return request.Field(i)
		}
	}
	return reflect.Value{}
}

// set converts the value as a user would: text of a number where a number is wanted, the JSON text of
// a map or list where one of these is, and the text of anything where text is.
func set(field reflect.Value, value json.RawMessage) error {
	var text string
	isText := json.Unmarshal(value, &text) == nil
	wantsText := field.Kind() == reflect.Ptr && field.Type().Elem().Kind() == reflect.String
	switch {
	case isText && wantsText:
		field.Set(reflect.ValueOf(&text))
		return nil
	case isText:
		value = json.RawMessage(text)
	case wantsText:
		text = string(value)
		field.Set(reflect.ValueOf(&text))
		return nil
	}
	if field.Kind() == reflect.Map {
		if err := namesAreDistinct(value); err != nil {
			return err
		}
	}
	return json.Unmarshal(value, field.Addr().Interface())
}

// namesAreDistinct is nil for a JSON object that has each name once at its first level, which is what
// a map can hold.
func namesAreDistinct(object []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(object))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return errors.New("no object")
	}
	seen := map[string]bool{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		if seen[fmt.Sprint(name)] {
			return errTwice
		}
		seen[fmt.Sprint(name)] = true
		var skipped json.RawMessage
		if err := decoder.Decode(&skipped); err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}
