package main

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	kms "github.com/alibabacloud-go/kms-20160120/v3/client"
	util "github.com/alibabacloud-go/tea-utils/v2/service"
	"github.com/alibabacloud-go/tea/tea"
)

const (
	timeoutMs    = 60000
	methodSuffix = "WithOptions"
)

type configuration struct {
	Endpoint           string  `json:"endpoint"`
	Protocol           string  `json:"protocol"`
	CaFile             string  `json:"caFile"`
	Region             string  `json:"region"`
	AccessKeyID        string  `json:"accessKeyId"`
	AccessKeySecret    string  `json:"accessKeySecret"`
	SecurityToken      *string `json:"securityToken"`
	SignatureVersion   *string `json:"signatureVersion"`
	SignatureAlgorithm *string `json:"signatureAlgorithm"`
}

type success struct {
	Ok   bool        `json:"ok"`
	Body interface{} `json:"body"`
}

type refusal struct {
	Ok                 bool                   `json:"ok"`
	Code               string                 `json:"code"`
	HTTPStatus         *int                   `json:"httpStatus,omitempty"`
	Message            string                 `json:"message"`
	AccessDeniedDetail map[string]interface{} `json:"accessDeniedDetail,omitempty"`
}

type notOffered struct {
	NotOffered bool   `json:"notOffered"`
	Reason     string `json:"reason"`
}

func newClient(from configuration) (*kms.Client, error) {
	config := &openapi.Config{
		Endpoint:           &from.Endpoint,
		Protocol:           &from.Protocol,
		RegionId:           &from.Region,
		AccessKeyId:        &from.AccessKeyID,
		AccessKeySecret:    &from.AccessKeySecret,
		SecurityToken:      from.SecurityToken,
		SignatureVersion:   from.SignatureVersion,
		SignatureAlgorithm: from.SignatureAlgorithm,
	}
	if from.CaFile != "" {
		pem, err := os.ReadFile(from.CaFile)
		if err != nil {
			return nil, err
		}
		config.Ca = tea.String(string(pem))
	}
	return kms.NewClient(config)
}

// operations are the actions that the client has a typed method for.
func operations() []string {
	class := reflect.TypeOf(&kms.Client{})
	found := []string{}
	for i := 0; i < class.NumMethod(); i++ {
		name := class.Method(i).Name
		if strings.HasSuffix(name, methodSuffix) {
			found = append(found, strings.TrimSuffix(name, methodSuffix))
		}
	}
	return found
}

func call(client *kms.Client, action string, parameters map[string]json.RawMessage) interface{} {
	method := reflect.ValueOf(client).MethodByName(action + methodSuffix)
	if !method.IsValid() {
		return notOffered{true, action}
	}
	arguments := []reflect.Value{}
	if method.Type().NumIn() == 2 {
		request := reflect.New(method.Type().In(0).Elem())
		if err := fill(request.Elem(), parameters); err != nil {
			return notOffered{true, err.Error()}
		}
		arguments = append(arguments, request)
	} else if len(parameters) > 0 {
		return notOffered{true, "parameters"}
	}
	runtime := &util.RuntimeOptions{
		Autoretry:      tea.Bool(false),
		MaxAttempts:    tea.Int(1),
		ConnectTimeout: tea.Int(timeoutMs),
		ReadTimeout:    tea.Int(timeoutMs),
	}
	results := method.Call(append(arguments, reflect.ValueOf(runtime)))
	if err, isError := results[1].Interface().(error); isError {
		return refused(err)
	}
	return success{true, results[0].Elem().FieldByName("Body").Interface()}
}

func refused(err error) interface{} {
	var said *tea.SDKError
	if !errors.As(err, &said) || said.StatusCode == nil {
		return failed{err.Error()}
	}
	// The client's own message has more in it than the server's; that one is in the data.
	var data struct{ Message string }
	if said.Data == nil || json.Unmarshal([]byte(*said.Data), &data) != nil || data.Message == "" {
		data.Message = tea.StringValue(said.Message)
	}
	return refusal{
		Code:               tea.StringValue(said.Code),
		HTTPStatus:         said.StatusCode,
		Message:            data.Message,
		AccessDeniedDetail: said.AccessDeniedDetail,
	}
}
