module github.com/webapp-operator/function-webapp/test/e2e

go 1.26.0
