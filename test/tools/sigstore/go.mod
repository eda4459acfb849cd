module github.com/webapp-operator/function-webapp/test/tools/sigstore

go 1.26.0
