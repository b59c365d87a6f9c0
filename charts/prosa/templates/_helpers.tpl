{{- define "prosa.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* The release's name when it says prosa already; short enough for what is put behind it. */}}
{{- define "prosa.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "prosa.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "prosa.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "prosa.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end }}

{{/* What finds pods: never changes. Called with (list $ "part"). */}}
{{- define "prosa.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "prosa.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "prosa.labels" -}}
{{- $root := index . 0 -}}
{{ include "prosa.selector" . }}
app.kubernetes.io/part-of: prosa
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "prosa.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (printf "%s-operator" (include "prosa.fullname" .)) -}}
{{- else -}}
{{- .Values.serviceAccount.name -}}
{{- end -}}
{{- end }}

{{- define "prosa.tag" -}}
{{- .Values.image.tag | default .Chart.AppVersion -}}
{{- end }}

{{- define "prosa.image" -}}
{{- $name := list .Values.image.registry .Values.image.repository | compact | join "/" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $name .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (include "prosa.tag" .) -}}
{{- end -}}
{{- end }}

{{/* The bots' images: the operator fills `{component}` in. */}}
{{- define "prosa.componentImage" -}}
{{- $of := .Values.components.image -}}
{{- $name := list ($of.registry | default .Values.image.registry) $of.repository "{component}" | compact | join "/" -}}
{{- printf "%s:%s" $name ($of.tag | default (include "prosa.tag" .)) -}}
{{- end }}

{{- define "prosa.simulatorImage" -}}
{{- .Values.simulator.image | default (include "prosa.componentImage" . | replace "{component}" "simulator") -}}
{{- end }}

{{- define "prosa.simulatorUrl" -}}
{{- printf "http://%s-simulator.%s:8900" (include "prosa.fullname" .) (include "prosa.namespace" .) -}}
{{- end }}

{{- define "prosa.natsUrl" -}}
{{- printf "nats://%s-nats.%s:4222" (include "prosa.fullname" .) (include "prosa.namespace" .) -}}
{{- end }}

{{/* What a namespace that enforces `restricted` asks of a container. */}}
{{- define "prosa.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "prosa.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Combinations that could not work are refused before anything is installed. */}}
{{- define "prosa.guard" -}}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) -}}
{{- fail "serviceAccount.name: name the ServiceAccount that is there already, or set serviceAccount.create" -}}
{{- end -}}
{{- if and .Values.image.digest .Values.image.tag -}}
{{- fail "image: give either tag or digest; with a digest, the bots' tag is components.image.tag" -}}
{{- end -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) 15 -}}
{{- fail "terminationGracePeriodSeconds: at least 15, so that a pass ends before the pod is killed" -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.apiServerPorts) -}}
{{- fail "networkPolicy.apiServerPorts: an operator that cannot reach the API server does nothing" -}}
{{- end -}}
{{- if eq (include "prosa.namespace" .) "kube-system" -}}
{{- fail "the operator has no business in kube-system; choose a namespace of its own" -}}
{{- end -}}
{{- end }}

{{/* A trial's volume. Called with (list $ "2Gi"). */}}
{{- define "prosa.trialVolume" -}}
volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      {{- with (index . 0).Values.trial.storageClassName }}
      storageClassName: {{ . }}
      {{- end }}
      resources: {requests: {storage: {{ index . 1 }}}}
{{- end }}

{{/* Lets Prosa's pods in, of any namespace. Called with (list $ "part" PORTS OPEN-PORTS). */}}
{{- define "prosa.fromProsa" -}}
{{- $root := index . 0 -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "prosa.fullname" $root }}-{{ index . 1 }}
  namespace: {{ include "prosa.namespace" $root }}
  labels: {{- include "prosa.labels" (list $root (index . 1)) | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "prosa.selector" (list $root (index . 1)) | nindent 6 }}
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: {}
          podSelector: {matchLabels: {app.kubernetes.io/part-of: prosa}}
      {{- include "prosa.ports" (index . 2) | trimPrefix "- " | nindent 6 }}
    {{- with index . 3 }}
    {{- include "prosa.ports" . | nindent 4 }}
    {{- end }}
{{- end }}
