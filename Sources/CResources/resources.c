#include "resources.h"

// C23's directive, which clang has for all of C.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char openapi_yaml[] = {
#embed "../../Specs/openapi/openapi.yaml"
};

static const unsigned char partner_yaml[] = {
#embed "../../Specs/openapi/partner.yaml"
};

static const unsigned char answer_mustache[] = {
#embed "pages/answer.mustache"
};

static const unsigned char certificate_mustache[] = {
#embed "pages/certificate.mustache"
};

static const unsigned char chart_mustache[] = {
#embed "pages/chart.mustache"
};

static const unsigned char choice_mustache[] = {
#embed "pages/choice.mustache"
};

static const unsigned char creation_mustache[] = {
#embed "pages/creation.mustache"
};

static const unsigned char deletion_mustache[] = {
#embed "pages/deletion.mustache"
};

static const unsigned char documents_mustache[] = {
#embed "pages/documents.mustache"
};

static const unsigned char done_mustache[] = {
#embed "pages/done.mustache"
};

static const unsigned char error_mustache[] = {
#embed "pages/error.mustache"
};

static const unsigned char field_mustache[] = {
#embed "pages/field.mustache"
};

static const unsigned char forward_mustache[] = {
#embed "pages/forward.mustache"
};

static const unsigned char hidden_mustache[] = {
#embed "pages/hidden.mustache"
};

static const unsigned char invitation_mustache[] = {
#embed "pages/invitation.mustache"
};

static const unsigned char layout_mustache[] = {
#embed "pages/layout.mustache"
};

static const unsigned char lead_mustache[] = {
#embed "pages/lead.mustache"
};

static const unsigned char logIn_mustache[] = {
#embed "pages/logIn.mustache"
};

static const unsigned char logo_png[] = {
#embed "pages/logo.png"
};

static const unsigned char message_mustache[] = {
#embed "pages/message.mustache"
};

static const unsigned char operator_mustache[] = {
#embed "pages/operator.mustache"
};

static const unsigned char pages_css[] = {
#embed "pages/pages.css"
};

static const unsigned char request_mustache[] = {
#embed "pages/request.mustache"
};

static const unsigned char sentence_mustache[] = {
#embed "pages/sentence.mustache"
};

static const unsigned char service_mustache[] = {
#embed "pages/service.mustache"
};

static const unsigned char signing_mustache[] = {
#embed "pages/signing.mustache"
};

#define FILE_NAMED(name, octets) {name, octets, sizeof octets}

static const struct embedded_file files[] = {
    FILE_NAMED("openapi.yaml", openapi_yaml),
    FILE_NAMED("partner.yaml", partner_yaml),
    FILE_NAMED("answer.mustache", answer_mustache),
    FILE_NAMED("certificate.mustache", certificate_mustache),
    FILE_NAMED("chart.mustache", chart_mustache),
    FILE_NAMED("choice.mustache", choice_mustache),
    FILE_NAMED("creation.mustache", creation_mustache),
    FILE_NAMED("deletion.mustache", deletion_mustache),
    FILE_NAMED("documents.mustache", documents_mustache),
    FILE_NAMED("done.mustache", done_mustache),
    FILE_NAMED("error.mustache", error_mustache),
    FILE_NAMED("field.mustache", field_mustache),
    FILE_NAMED("forward.mustache", forward_mustache),
    FILE_NAMED("hidden.mustache", hidden_mustache),
    FILE_NAMED("invitation.mustache", invitation_mustache),
    FILE_NAMED("layout.mustache", layout_mustache),
    FILE_NAMED("lead.mustache", lead_mustache),
    FILE_NAMED("logIn.mustache", logIn_mustache),
    FILE_NAMED("logo.png", logo_png),
    FILE_NAMED("message.mustache", message_mustache),
    FILE_NAMED("operator.mustache", operator_mustache),
    FILE_NAMED("pages.css", pages_css),
    FILE_NAMED("request.mustache", request_mustache),
    FILE_NAMED("sentence.mustache", sentence_mustache),
    FILE_NAMED("service.mustache", service_mustache),
    FILE_NAMED("signing.mustache", signing_mustache),
};

const struct embedded_file *embedded_files(void) { return files; }
size_t embedded_files_count(void) { return sizeof files / sizeof files[0]; }
