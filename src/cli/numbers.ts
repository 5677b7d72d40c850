/** 1234567 as 1,234,567, whatever the locale of the machine. */
export function grouped(number: number): string {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ',');
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

export function bytes(number: number): string {
  let value = number;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) { value /= 1024; unit++; }
  return unit === 0 ? `${grouped(value)} bytes` : `${value.toFixed(value < 10 ? 1 : 0)} ${UNITS[unit]}`;
}

export function duration(seconds: number): string {
  if (seconds < 60) { return `${Math.ceil(seconds)} s`; }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) { return `${minutes} min`; }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}

export function dollars(amount: number): string {
  if (amount === 0) { return '$0'; }
  const cents = Math.round(amount * 100);
  return cents === 0 ? 'less than $0.01' : `$${grouped(Math.floor(cents / 100))}.${String(cents % 100).padStart(2, '0')}`;
}

export function objects(number: number): string { return number === 1 ? '1 object' : `${grouped(number)} objects`; }
