{{- define "feed.labels" -}}
app.kubernetes.io/name: feed
app.kubernetes.io/instance: {{ .top.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end }}

{{/* The pod of a role: top, role, command (a list), resources, data (whether it has the volume of the streams). */}}
{{- define "feed.pod" -}}
metadata:
  labels: {{- include "feed.labels" . | nindent 4 }}
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false {{- /* FEED_SERVICE_HOST would be a setting nobody knows */}}
  terminationGracePeriodSeconds: {{ .top.Values.terminationGracePeriodSeconds }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "feed.labels" . | nindent 10 }}
  containers:
    - name: feed
      image: {{ printf "%s:%s" .top.Values.image.repository (.top.Values.image.tag | default .top.Chart.AppVersion) | quote }}
      imagePullPolicy: {{ .top.Values.image.pullPolicy }}
      args:
        {{- toYaml .command | nindent 8 }}
        - --host=0.0.0.0
        - --port=8080
        {{- if .top.Values.settingsSecret }}
        - --config=/etc/feed/feed.toml
        {{- end }}
      ports: [{ name: http, containerPort: 8080 }]
      startupProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 2
        failureThreshold: 150
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 2
        failureThreshold: 2
      {{- /* A broker elsewhere that is away is no reason to end a pod and send its readers off. */}}
      livenessProbe:
        httpGet: { path: {{ ternary "/healthz" "/schemas/" (hasKey . "data") }}, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      lifecycle:
        preStop:
          exec: { command: [sleep, {{ .top.Values.drainSeconds | quote }}] }
      resources: {{- toYaml .resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
        {{- if .data }}
        - { name: data, mountPath: /data }
        {{- end }}
        {{- if .top.Values.settingsSecret }}
        - { name: settings, mountPath: /etc/feed, readOnly: true }
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: {}
    {{- if .top.Values.settingsSecret }}
    - name: settings
      secret: { secretName: {{ .top.Values.settingsSecret | quote }}, defaultMode: 0440 }
    {{- end }}
{{- end }}
