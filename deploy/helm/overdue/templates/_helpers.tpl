{{- define "overdue.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* What a selector matches by: it must never change, so no version is in it. */}}
{{- define "overdue.selector" -}}
app.kubernetes.io/name: overdue
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "overdue.labels" -}}
{{ include "overdue.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* One pod of any part: the same image and settings, and nothing that it may write but two empty folders. */}}
{{- define "overdue.pod" -}}
automountServiceAccountToken: {{ .token | default false }}
# The variables that Kubernetes makes of services would be taken for settings with a wrong name.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: data
    emptyDir: {}
  - name: tmp
    emptyDir: {}
{{- with .root.Values.filesConfigMap }}
  - name: files
    configMap: { name: {{ . }} }
{{- end }}
{{- end }}

{{- define "overdue.container" -}}
name: {{ .part }}
image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
command: [node, {{ .program }}]
env:
  - { name: HOST, value: "0.0.0.0" }
  - { name: PORT, value: "8000" }
  - { name: DATA_DIR, value: /data }
  - { name: LIVENESS_FILE, value: /tmp/alive }
{{- range $name, $value := .root.Values.config }}
{{- if $value }}
  - { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}
envFrom:
  - secretRef: { name: {{ .root.Values.existingSecret }} }
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
resources: {{- toYaml .resources | nindent 2 }}
volumeMounts:
  - { name: data, mountPath: /data }
  - { name: tmp, mountPath: /tmp }
{{- if .root.Values.filesConfigMap }}
  - { name: files, mountPath: /etc/overdue, readOnly: true }
{{- end }}
{{- end }}
