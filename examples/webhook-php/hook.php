<?php
// A component's webhook: checks the signature (Standard Webhooks), then answers.
// Run it:  WEBHOOK_SECRET=whsec_... php -S 127.0.0.1:9000 hook.php
// bridge.yaml:
//   components:
//     mod_quiz:
//       callback: { webhook: { url: http://127.0.0.1:9000/hook, secret: whsec_... } }
$secret = base64_decode(substr(getenv('WEBHOOK_SECRET'), strlen('whsec_')));
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$time = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$body = file_get_contents('php://input');
$expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $secret, true));
$valid = false;
foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $signature) {
    $valid = hash_equals($expected, $signature) || $valid;
}
header('Content-Type: application/json');
if (strlen($secret) < 24 || !$valid || abs(time() - (int) $time) > 300) {
    http_response_code(401);
    exit('{"error":"signature"}');
}
// The same id comes again where an answer got lost: store it to do the work once.
$message = json_decode($body);
echo json_encode(['received' => $message->payload, 'user' => $message->user]);
