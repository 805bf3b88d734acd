/** Every "no" in English: a chunk of its own, since most people here never need it. */
import type { RefusalCode } from './refusals';

export const REFUSALS_EN: Readonly<Record<RefusalCode, string>> = {
  'already-filed': 'You have filed this already; there is no need to do it again. Open it to see where it stands.',
  'state-changed':
    'While you were offline this case moved on, so this was not done. Open it, see how it stands, then decide.',
  'already-claimed': '{by} took this case first and is working on it. You can watch, leave a note, or let it go.',
  'already-claimed-plain': 'A colleague is working on this case. You can watch, leave a note, or let it go.',
  'stale-decision':
    'The papers changed after you looked, so this decision does not count. Decide again on what is there now, or ask the lead.',
  'file-missing':
    'Photographs are still on their way; this goes on by itself once they are here. Nothing to hand in again.',
  forbidden: 'This is not yours to do, so it was not done. What you wrote is kept. Please ask the lead.',
  'not-found': 'We could not find this. The address may be wrong, or the case is not in your name.',
  'answers-invalid':
    'Some answers are not right, so we did not take it. All you filled in is kept; correct it and file again.',
  'materials-missing':
    'Documents are missing, so we did not take it: {materials}. Add them and file again; your answers are kept.',
  'materials-missing-plain':
    'Documents are missing, so we did not take it. Add them and file again; your answers are kept.',
  'unknown-item': 'This form has changed. All you filled in is kept; open it, look through it once more and file.',
  'case-is-closed': 'This case has ended and cannot be changed. You can file a new one.',
  'not-qualified':
    'This item needs a valid training certificate, and yours is missing or has expired. Take the exam first, or ask a colleague.',
  'acceptor-cannot-decide':
    'You accepted this case, so someone else must decide it. It stays in the queue for a colleague.',
  'notice-empty': 'A correction notice must name at least one thing that is missing and how to mend it.',
  'second-notice': 'Everything that is missing must be told at once: you can only ask about what was newly handed in.',
  'reason-missing': 'A refusal needs its reason in words. Write it and send again.',
  'unknown-file': 'One page does not match its photograph, so we did not take it. Retake that page and file again.',
  busy: 'Many people are at it; this is sent again by itself.',
  'files-away':
    'The place where photographs and papers are kept cannot be reached; nothing is lost, and it is tried again soon.',
  warming: 'The service has just started; this is sent again by itself.',
  storage: 'The service has trouble with its storage; this is sent again by itself. Yours is kept.',
  'server-fault':
    'Something broke on our side and this was not done. It is kept; send it again, or call us with number {support}.',
  'server-fault-plain': 'Something broke on our side and this was not done. It is kept; send it again, or call us.',
  invalid: 'This was not done: something in it is not right. It is kept; look at it and send again.',
  'permission-lost': 'Your rights have changed, so this was not done. What you wrote is kept. Please ask the lead.',
  'app-too-old': 'This version of the app is too old. Take the new one and sending goes on. Nothing is lost.',
  'service-too-old':
    'The centre is taking a new version of its system; sending goes on by itself after that. Nothing is lost.',
  expired: 'Your sign-in has expired. Sign in and sending goes on; nothing is lost.',
  reauth: 'Please sign in once more; nothing is lost.',
  'not-signed': 'Please sign in once more; nothing is lost.',
  'after-pending': 'The step before this one has not arrived yet; this goes on by itself.',

  'code-wrong': 'That code is not right; {left} {left|try|tries} left. Look at the message again.',
  'code-wrong-plain': 'That code is not right. Look at the message again.',
  'code-expired': 'The code has expired. Have a new one sent.',
  'too-many-codes': 'Too many codes were asked for. Try again in {retry_s} seconds.',
  'too-many-tries': 'Too many tries. Try again in {retry_s} seconds.',
  'too-many-requests': 'That was too fast. Try again in {retry_s} seconds.',
  'phone-format': 'A mobile number has 11 digits and begins with 1. Please look again.',
  'code-format': 'The code has 6 digits.',
  'sign-in-failed': 'User name or password is not right. Try again, or ask the lead to reset it.',
  'device-blocked':
    'This device was blocked, so nobody can sign in on it. Use another one, or ask the lead or call us to allow it again.',
  'practice-wrong':
    'Practice: this is not right in this step. It was held back and took no effect; read the reminder and try another way.',
  'case-not-over': 'This case has not been closed. Only closed cases become scenarios.',
  'practice-over': 'This practice has ended, nothing more is done in it. See the result, or begin again.',
  'practice-full': 'The sandboxes are full. Please begin a little later.',
  'practice-cannot-begin':
    'This scenario cannot begin: what it says does not fit the rules of the centre ({why}). Please tell a trainer.',
  'practice-cannot-begin-plain':
    'This scenario cannot begin: what it says does not fit the rules of the centre. Please tell a trainer.',
  'practice-busy': 'Many people are practising. Please try again in half a minute.',
  'no-line': 'In the story the device has no signal. What you do is kept here and sent once there is one.',
  'sign-in-needed': 'Please sign in first. All you filled in is kept.',
  'origin-not-allowed': 'This address cannot be used. Please open the one we gave you.',
  'body-malformed': 'What was sent was incomplete and not taken. Try again; all you filled in is kept.',
  'body-too-slow': 'The line was too slow and the file did not arrive whole. Try again where the signal is better.',
  'body-too-large': 'What was sent was too large and not taken. All you filled in is kept.',
  'method-not-allowed': 'This cannot be used this way. Please start from the first page.',

  undecodable: 'We cannot open this; it may not be a photograph. Retake it, or use JPG, PNG or PDF.',
  'too-large': 'This file is too large: photographs up to 20 MB, PDF up to 50 MB. Please retake it.',
  'wrong-type': 'Only photographs or PDF. Retake it, or save it as PDF.',
  empty: 'This file is empty. Please choose another.',
  'no-space':
    'This device is full and this was not kept; what you typed is still on the screen. Do not close it: delete a few photographs, videos or apps, then press again.',
  'page-no-space':
    'This device is nearly full and the page was not kept. Let the others be sent, or make room, then retake. Earlier ones are kept.',
  'storage-fault':
    'This device could not keep it. Try again, or use another browser; what was kept before is still there.',
  'intent-too-large': 'The answers are too long to send. Shorten the long ones, or photograph them.',
  offline: 'There is no signal, and this device has no copy. Look again when you are connected.',
  'hash-mismatch': 'This page was damaged on its way. Please retake it.',
  unsafe: 'This file has unsafe content and cannot be taken. Retake the photograph, or use another PDF.',

  'no-connection': 'We cannot be reached now. All you filled in is kept on this device; try again with a signal.',
  'http-400': 'We could not read what was sent. Try again; all you filled in is kept.',
  'http-401': 'Please sign in first. All you filled in is kept.',
  'http-403': 'This is not yours to see.',
  'http-404': 'We could not find this. The address may be wrong.',
  'http-409': 'This has changed in the meantime. Open it and look again.',
  'http-413': 'What was sent was too large and not taken. All you filled in is kept.',
  'http-429': 'That was too fast. Wait a little and try again.',
  'http-500': 'Something broke on our side, not yours. Try again in a while; all you filled in is kept.',
  'http-502': 'The service is restarting. Try again in a while; all you filled in is kept.',
  'http-503': 'The service is restarting. Try again in a while; all you filled in is kept.',
  'http-504': 'There was no answer in time. Try again in a while; all you filled in is kept.',
  'version-taken': 'This version number is taken. Choose another and save again.',
  'needs-refused': 'The step before was not done, so this one was not either. Look at that one first.',
  'id-reused': 'This step used the number of an earlier one and was not done. Please do it once more.',
  'other-person': 'Somebody else did this on this device; it is sent when they sign in.',
  'unknown-command':
    'The service does not know this step; the app may be too old. Take the new version and send again; yours is kept.',
  'unreadable-intent': 'We could not read what was sent. It is kept; look at it and send again.',
  'unknown-frame':
    'The service does not know what was sent; the app may be too old. Take the new version and try again.',
  'no-carrier': 'Messages cannot be sent just now. Try again in a few minutes, or call us.',
  'media-type': 'Only photographs or PDF. Retake it, or save it as PDF.',
  'piece-type': 'This page was not sent right; it is sent again by itself.',
  'too-many-uploads': 'Many photographs are being sent; the rest wait and go by themselves.',
  'upload-metadata': 'This page was not sent right; it is sent again by itself. If that fails, retake it.',
  'wrong-offset': 'This page was cut off; it goes on from there by itself.',
  'longer-than-announced': 'This page was not sent right. Please retake it.',
  'checksum-algorithm': 'This page was not sent right; it is sent again by itself.',
  'checksum-mismatch': 'This page was damaged on its way; it is sent again by itself.',
  'checked-piece-too-large': 'This page was not sent right; it is sent again by itself.',
  'file-refused': 'This page was not taken. Please retake it.',
  'upload-expired': 'This page took too long (over {days} days); it is sent again from the start by itself.',
  'upload-expired-plain': 'This page took too long; it is sent again from the start by itself.',
  'upload-defer-length': 'This page was not sent right; it is sent again by itself.',
  'file-not-yours': 'This page is not for a case of yours and was not taken. Sign in as the person whose case it is.',
  'intent-unknown': 'This page waits for the step before it to be sent; it is sent again by itself.',
  'draft-filed': 'This form has been handed in; you need not go on. Look under “My cases”.',
  'draft-elsewhere': 'You changed this form on another phone too. Please choose which one to keep.',
  'too-many-drafts':
    'Too many forms are not handed in; this one is kept on this phone only. Remove some and try again.',
  'too-many-saves': 'It was saved too often; it is saved again by itself in a while. All you filled in is kept.',
  'resume-code-unknown':
    'This number is wrong, was used, or is older than 10 minutes. Ask for a new one on the first phone.',
  'no-thumbnail': 'There is no small picture of this page; open the large one.',
  'result-not-ready': 'The certificate is still being made; you can open it in a moment.',
  'person-erased':
    'This person’s data were erased by law: they cannot be seen, and nothing can be added. What was done stays on record.',
  'person-has-open-cases': 'This person has cases that have not ended. End them first, or confirm that you know.',
  'retention-runs': 'The archive’s term is not over: by law the record is only locked away, not deleted.',
  lapsed: 'The form was never handed in, so the photographs were deleted after thirty days. Please retake them.',
  'second-notice-needs-lead': 'A second correction notice needs the lead’s consent. Ask for it first, then send.',
  'notice-limit-passed':
    'The limit to answer has passed: by law the case counts as accepted and can no longer be sent back or declined.',
  'page-refused':
    'Documents did not pass the check, so the case cannot be accepted: {materials}. Ask for a correction, or change the verdict.',
  'page-refused-plain':
    'Documents did not pass the check, so the case cannot be accepted. Ask for a correction, or change the verdict.',
  'materials-unchecked':
    'Records have not been looked at: {materials}. Query the register, or check by hand and tick them.',
  'materials-unchecked-plain': 'Records have not been looked at. Query the register, or check by hand and tick them.',
  'cannot-follow': 'These documents cannot follow later: {materials}. Please hand them in now.',
  'cannot-follow-plain': 'Some documents cannot follow later. Please hand them in now.',
  'promise-open': 'A promised document is still missing: {materials}. Close the promise before issuing the result.',
  'promise-open-plain': 'A promised document is still missing. Close the promise before issuing the result.',
  'promise-unsupplied': 'Nothing was handed in for this document, or it was never promised.',
  'copy-expired':
    'The stored copy can no longer be used (it ended on {expired_on}). Please photograph the document again.',
  'copy-expired-plain': 'The stored copy can no longer be used. Please photograph the document again.',
  'copy-unknown': 'There is no such stored copy, or it cannot be used here. Please photograph the document.',
  'agent-not-allowed': 'This must be applied for in person, not through somebody else. Call us if you need help.',
  'upload-link-invalid':
    'This upload link was used, has expired, or is for other documents. Please call us for a new one.',
  'no-step-before': 'This is the first step after acceptance; there is none to hand back to.',
  'procedure-counts':
    'Neither the law nor the item’s list takes this procedure out of the time limit; the clock runs on.',
  'procedure-too-long': 'That end date does not fit: not before today or the old one, and no more than {days} days.',
  'procedure-too-long-plain': 'That end date does not fit: it must not lie before today or the old one.',
  'procedure-needs-lead':
    'The list of the item names this once, for {days} days at most. To repeat or prolong it, a lead does so with a reason.',
  'procedure-needs-lead-plain':
    'The list of the item names this once. To repeat or prolong it, a lead does so with a reason.',
  'paper-is-there': 'This document has a page that is fine. To replace it, mark that page as not fit first.',
  'nothing-to-look-up':
    'No register holds this document, or the form does not say whose record it is. Please ask the applicant for it.',
  'procedure-runs': 'A special procedure still runs; end it first.',
  'unknown-procedure': 'There is no such special procedure, or it has ended.',
  'immediate-item':
    'An on-the-spot case has no special procedure and no extension. If one is needed, make it a promised case first.',
  'not-immediate': 'Only an on-the-spot case can be made a promised one, and only once.',
  'limit-has-passed': 'The limit has passed; it is too late for this.',
  'extension-once': 'More time can be asked for only once, and it has been.',
  'extension-too-long': 'At most {days} working days more are allowed.',
  'extension-too-long-plain': 'That is longer than is allowed.',
  'already-asked': 'A colleague has asked for this case already and waits for an answer. Ask once it was given.',
  'nothing-asked': 'Nobody has asked for this; there is nothing to answer.',
  'own-request': 'Somebody else must answer what you asked for.',
  'item-not-in-force':
    'This form has been replaced, or the item is no longer offered, so we did not take it. All you filled in is kept; open it, look through it once more and file.',
  'ask-the-window': 'This cannot be done online yet. Ask the window: {department}, telephone {phone}, {hours}.',
  'ask-the-window-plain': 'This cannot be done online yet. Please telephone, or ask at the window.',
  'item-unsound': 'The item contradicts itself and was not published. Mend the places listed and publish again.',
  'exam-not-open': 'This examination cannot be begun now. “Examinations” says from which day on it can.',
  'certificate-has-ended': 'This certificate has ended already; there is nothing to revoke.',
  'training-unsound':
    'This content contradicts itself and was not published. Mend the places listed and publish again.',
  'question-is-closed':
    'The question was taken off the list, so this was not sent. What you wrote is kept; you can ask a new question.',
  'trials-failed':
    'Some test cases did not pass, so the version was not published. Check the places listed, then publish again.',
  'plan-wrong':
    'The days or the version do not fit, so this was not done. A version begins today or later, ends after it begins, and has a higher number than those before.',
  'order-unsound':
    'The order and the catalogue do not fit together, so it was not recorded. Mend the places listed and try again.',
  'order-taken': 'An order of this number was recorded with other content. Please check the number.',
  'unknown-order': 'There is no delegation order of this number.',
  'calendar-unsound':
    'Some days of the calendar contradict each other, so it was not published. Mend the places listed and try again.',
  'listing-unsound':
    'Some entries of the list are not right, so it was not taken. Mend the places listed and try again.',
  'bundle-wrong':
    'These cannot be applied for together in this way, so we did not take them. All you filled in is kept; open the bundle once more.',
  'bundle-child-refused':
    'One of the items cannot be taken, so none was filed. See which one, mend it and file them together again; all you filled in is kept.',
  'preview-stale': 'This case is no longer as you saw it, so nothing was changed. Look at the effects once more.',
  'not-newer': 'A case can only move to the newer version that is in force.',
  'route-differs':
    'The newer version begins with other steps than this case has done, so it must be finished under its own version.',
  'delay-unexplained': 'The limit has passed: say why it comes late, then decide.',
  'cannot-be-undone': 'Others have gone on from here: this can no longer be undone.',
  'undo-too-late':
    'The limit to answer has passed: without this the case would count as accepted at once, so it cannot be undone.',
  'no-new-evidence': 'Nothing new has come since the case ended, so it cannot be taken up again.',
  'nothing-to-sample': 'This case needs no second look, or you decided it yourself.',
  'no-commitment': 'The applicant signed no commitment for this document.',
  'delivery-unfit':
    'The result cannot be delivered in this way as things stand. Choose another, or see where the case is.',
  'archive-not-ready': 'Something on this case is still to be done, so it is not archived yet.',
  'colleague-unfit':
    'That colleague cannot take it: another role, no certificate, or away. Please choose somebody else.',
  'not-suspected': 'That case is not among the suspected duplicates, or has ended.',
  'no-agent': 'Nobody acts for the applicant in this case.',
  'absence-wrong': 'The days or the substitute do not fit. Please look again.',
  'not-handed-over': 'There is no hand-over to take back; your colleague may have opened it. Open it and see.',
  'office-closed': 'The centre is closed that day, or does not deal with this here. Choose another day, or call us.',
  'day-is-over': 'That day is over, or it is not today, so this was not done. Choose today and try again.',
  'reception-wrong': 'These arrangements contradict themselves and were not published. Correct them and publish again.',
  'matter-unknown': 'The hall does not deal with this. Choose another matter, or ask at the counter.',
  'slot-unknown': 'There is no such time; you can book up to {days_ahead} {days_ahead|day|days} ahead. Choose another.',
  'slot-unknown-plain': 'There is no such time. Choose another.',
  'slot-is-over':
    'That time has begun and can no longer be booked, moved or given up. You can simply come and take a number.',
  'slot-full':
    'That time is fully booked. Choose another, or just come: in every slot places are kept for people without an appointment.',
  'too-many-appointments':
    'You have {limit} {limit|appointment|appointments} already. Use or cancel one first, or just come and take a number.',
  'too-many-appointments-plain':
    'You have enough appointments already. Use or cancel one first, or just come and take a number.',
  'booking-barred':
    'Several appointments were missed, so you cannot book online yourself until {until}. Call us to book, or just come.',
  'booking-barred-plain':
    'Several appointments were missed, so you cannot book online yourself for now. Call us to book, or just come.',
  'contact-missing': 'For someone who has never signed in, write a name and a telephone so that we can reach them.',
  'appointment-over':
    'This appointment is no longer kept: it was cancelled, used, or its time is over. You can just take a number.',
  'too-early': 'It is too early to check in; please try again a little later. You can also take an ordinary number.',
  'tickets-not-now': 'Numbers are not given out now. Come between half an hour before opening and closing time.',
  'line-is-stopped': 'No more numbers today; everyone who waits will be served. Come another day, or book a time.',
  'ticket-held': 'You hold a number already, and one at a time is enough. Finish or give up that one first.',
  'rejoins-used-up':
    'This number was missed {limit} {limit|time|times} and cannot join again. Give it up and take a new one.',
  'rejoins-used-up-plain': 'This number was missed too often and cannot join again. Give it up and take a new one.',
  'ticket-state-changed': 'This number has moved on meanwhile, so this was not done. See how it stands, then decide.',
  'ticket-elsewhere': 'This number is at counter {counter}; the colleague there serves it.',
  'ticket-elsewhere-plain': 'This number is at another counter; the colleague there serves it.',
  'call-again-first': 'A number counts as missed after {calls} {calls|call|calls}. Please call once more.',
  'call-again-first-plain': 'The number has not been called often enough. Please call once more.',
  'nobody-waits': 'Nobody waits whom your counter can call; {others} {others|waits|wait} for other counters.',
  'nobody-waits-plain': 'Nobody waits whom your counter can call.',
  'nothing-to-send-on': 'Everything the visitor came for is done. Finish the number instead of sending it on.',
  'counter-unknown': 'There is no counter {counter}. Choose one that exists.',
  'counter-unknown-plain': 'There is no such counter. Choose one that exists.',
  'counter-taken': 'A colleague already sits at this counter. Choose another.',
  'counter-busy': 'A visitor is still at the counter, or you sit at another one. Finish there first.',
  'counter-not-open': 'That counter is not open. Sit down at a counter first.',
  'not-yet-rateable': 'This is not over yet. You can rate it once it is.',
  'already-rated': 'This was rated already; one matter has one rating. Open it to see.',
  'already-amended': 'A rating can be changed once, and it was.',
  'rating-time-over': 'The time to rate, or to change a rating, is over. If something was wrong, please call us.',
  'not-by-the-rated':
    'Only those who received the service rate it; whoever was rated, or appealed, takes no part in what follows.',
  'already-appealed': 'An appeal against this rating was made already. Please wait for its result.',
  'call-back-first': 'Call the person back first and note it, even if nobody answers; then write the outcome.',
  'reply-first': 'The person has not been told the outcome yet. Reply first, then close.',
  'rectification-state-changed':
    'This rectification has moved on meanwhile, so this was not done. See how it stands, then decide.',
  'http-error': 'This was not done. Try again in a while; all you filled in is kept.',
  other: 'This was not done ({code}). What you did is kept; try again, or call us.',

  'passkey-unknown': 'This passkey is not registered here, or was removed. Please sign in another way.',
  'passkey-wrong': 'The passkey did not pass. Try again, or sign in another way.',
  'passkey-copied': 'This passkey may have been copied and counts no more. Sign in another way and remove it.',
  'passkey-address': 'Passkeys do not work at this address. Open the app at the address the centre gave you.',
  'too-many-passkeys': 'There can be {most} passkeys at most. Remove one that you do not use first.',
  'second-factor-needed':
    'A one-time code is needed too: open the authenticator on your phone and type its six digits.',
  'second-factor-wrong':
    'The one-time code is not right. Look at the six digits on your phone now and type them again.',
  'second-factor-missing':
    'A password alone does not let you in. Ask your lead or the operator for an enrolment code, and come in with that.',
  'already-shown': 'This code was just used. Wait half a minute for the next one.',
  'enrol-first': 'You came in with an enrolment code: add a passkey or set up one-time codes first.',
  'enrolment-wrong': 'The enrolment code is not right, or too old. Ask your lead for another one.',
  'challenge-expired': 'That took too long. Please begin once more.',
  'passkey-not-shown': 'No passkey was used. Try again, or take another way.',
  'passkey-is-here': 'Your passkey is on this device already.',
  'proof-needed': 'Please show once more that it is you.',
  'password-wrong': 'The password is not right. Type it again.',
  'oidc-away':
    'The identity service cannot be reached now, or did not answer soundly. Please sign in with your phone number.',
  'oidc-refused':
    'You did not agree at the identity service, so you are not signed in. Try again, or use your phone number.',
  'oidc-no-phone':
    'That account has no verified phone number. Sign in with your phone number first, then link it under “Me”.',
};
