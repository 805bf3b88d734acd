/** Lets a device be heard and felt when its number is called; a browser that may not do so stays silent. */

const PATTERN_MS = [400, 150, 400];
const TONES_HZ = [784, 988];
const TONE_S = 0.35;

/** Rings once. */
export function ring(): void {
  navigator.vibrate?.(PATTERN_MS);
  try {
    const audio = new AudioContext();
    TONES_HZ.forEach((frequency, index) => {
      const tone = new OscillatorNode(audio, { frequency });
      tone.connect(audio.destination);
      tone.start(audio.currentTime + index * TONE_S);
      tone.stop(audio.currentTime + (index + 1) * TONE_S);
      if (index === TONES_HZ.length - 1) tone.onended = () => void audio.close();
    });
  } catch {
    // No sound here: the screen and the vibration say it.
  }
}
