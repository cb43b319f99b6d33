//! The requests of evdev and uinput that the `evdev` crate does not offer: lamps and repeat of a
//! virtual device, the clock of the events, and giving back a grab that another process took.
//!
//! The only `unsafe` of the evdev shell is in here, in [`call`] with its argument and [`system_name`]. The requests and
//! the structures are those of `linux/input.h` and `linux/uinput.h`.

use std::{
    ffi::{CStr, c_int, c_void},
    os::fd::AsFd,
    ptr,
};

use rustix::{
    io::Result,
    ioctl::{Getter, Ioctl, IoctlOutput, Opcode, ioctl, opcode},
};

/// A set of codes that a virtual device is told it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bits {
    /// `UI_SET_EVBIT`: the kinds of events themselves.
    Kinds = 100,
    /// `UI_SET_KEYBIT`
    Keys = 101,
    /// `UI_SET_RELBIT`
    Relative = 102,
    /// `UI_SET_ABSBIT`
    Absolute = 103,
    /// `UI_SET_MSCBIT`
    Misc = 104,
    /// `UI_SET_LEDBIT`
    Leds = 105,
    /// `UI_SET_SWBIT`
    Switches = 109,
    /// `UI_SET_PROPBIT`
    Properties = 110,
}

/// `struct uinput_setup`
#[repr(C)]
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) bus: u16,
    pub(super) vendor: u16,
    pub(super) product: u16,
    pub(super) version: u16,
    /// Ends with a zero.
    pub(super) name: [u8; 80],
    pub(super) force_feedback: u32,
}

/// `struct uinput_abs_setup`
#[repr(C)]
#[derive(Debug)]
pub(super) struct Axis {
    pub(super) code: u16,
    pub(super) padding: u16,
    pub(super) value: i32,
    pub(super) minimum: i32,
    pub(super) maximum: i32,
    pub(super) fuzz: i32,
    pub(super) flat: i32,
    pub(super) resolution: i32,
}

const UINPUT: u8 = b'U';
const EVDEV: u8 = b'E';

/// `EVIOCGRAB`: takes the device for this open file, or gives it back; whoever shares the open file
/// may do so.
///
/// # Errors
/// `EBUSY` when it is taken.
pub fn grab(device: impl AsFd, on: bool) -> Result<()> {
    call(device, opcode::write::<c_int>(EVDEV, 0x90), ptr::without_provenance_mut(usize::from(on)))
}

/// `EVIOCSCLOCKID`: events carry the time of the monotonic clock, as [`std::time::Instant`] does.
pub(super) fn monotonic(device: impl AsFd) -> Result<()> {
    // CLOCK_MONOTONIC
    let mut clock: c_int = 1;
    call(device, opcode::write::<c_int>(EVDEV, 0xa0), (&raw mut clock).cast())
}

/// Tells a virtual device that it has a code.
pub(super) fn set_bit(uinput: impl AsFd, bits: Bits, code: u16) -> Result<()> {
    let request = opcode::write::<c_int>(UINPUT, bits as u8);
    call(uinput, request, ptr::without_provenance_mut(usize::from(code)))
}

/// `UI_SET_PHYS`
pub(super) fn set_phys(uinput: impl AsFd, phys: &CStr) -> Result<()> {
    let request = opcode::write::<*const u8>(UINPUT, 108);
    call(uinput, request, phys.as_ptr().cast_mut().cast())
}

/// `UI_ABS_SETUP`
pub(super) fn set_axis(uinput: impl AsFd, axis: &mut Axis) -> Result<()> {
    call(uinput, opcode::write::<Axis>(UINPUT, 4), ptr::from_mut(axis).cast())
}

/// `UI_DEV_SETUP` and `UI_DEV_CREATE`
pub(super) fn create(uinput: impl AsFd, setup: &mut Setup) -> Result<()> {
    call(&uinput, opcode::write::<Setup>(UINPUT, 3), ptr::from_mut(setup).cast())?;
    call(uinput, opcode::none(UINPUT, 1), ptr::null_mut())
}

/// `UI_GET_SYSNAME`: what a virtual device that was created is called below `/sys/class/input`.
#[expect(unsafe_code, reason = "the evdev crate has no call for this")]
pub(super) fn system_name(uinput: impl AsFd) -> Result<String> {
    type Name = [u8; 64];
    const REQUEST: Opcode = opcode::read::<Name>(UINPUT, 44);
    // SAFETY: the kernel writes a text and its zero there, and no more than the size in the request.
    let name = unsafe { ioctl(uinput, Getter::<REQUEST, Name>::new()) }?;
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
    Ok(String::from_utf8_lossy(&name[..end]).into_owned())
}

/// A request with its argument: a number, or the address of what the kernel reads.
struct Request(Opcode, *mut c_void);

#[expect(unsafe_code, reason = "rustix wants to know what the kernel does with the argument")]
// SAFETY: the kernel reads the argument of each request here and writes nothing there, and the
// output is nothing.
unsafe impl Ioctl for Request {
    type Output = ();

    const IS_MUTATING: bool = false;

    fn opcode(&self) -> Opcode {
        self.0
    }

    fn as_ptr(&mut self) -> *mut c_void {
        self.1
    }

    unsafe fn output_from_ptr(_: IoctlOutput, _: *mut c_void) -> Result<()> {
        Ok(())
    }
}

#[expect(unsafe_code, reason = "the evdev crate has no call for these")]
fn call(fd: impl AsFd, opcode: Opcode, argument: *mut c_void) -> Result<()> {
    // SAFETY: each caller above pairs a request with the argument that `linux/input.h` or
    // `linux/uinput.h` gives it; addresses are those of values that outlive the call.
    unsafe { ioctl(fd, Request(opcode, argument)) }
}
