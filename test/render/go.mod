module github.com/webapp-operator/function-webapp/test/render

go 1.26.0

require github.com/google/go-cmp v0.7.0
